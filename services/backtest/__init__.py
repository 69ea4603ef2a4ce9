"""What would a candidate policy have done with the history that there is? Asked before it is put in force."""
