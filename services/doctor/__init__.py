"""`doctor`: what is wrong and what to do, one finding for each thing that Fitpath needs."""

from services.doctor.examine import examine_all

__all__ = ["examine_all"]
