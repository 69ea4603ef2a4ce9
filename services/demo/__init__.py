"""The demo: synthetic people, a scripted clinician and IPS provider, on a Fitpath of its own."""
