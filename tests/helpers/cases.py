"""Every model of the zoo, for the battery of ``test_battery.py``.

To hold a new model to the battery, write its cases as ``case_pix2pix.py`` does and add them here.
"""

import case_cyclegan
import case_dcgan
import case_fader
import case_munit
import case_pix2pix
import case_stargan

CASES = [
    *case_pix2pix.CASES,  # first, so that this is what the default run holds to the battery
    *case_cyclegan.CASES,
    *case_dcgan.CASES,
    *case_fader.CASES,
    *case_munit.CASES,
    *case_stargan.CASES,
]
