"""Networks that several models share, one file each: functions that build Keras models."""
