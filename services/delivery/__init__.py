"""The delivery room: outputs are carried outside, one supervised task for each destination (EXACTNESS 12)."""
