import sys

from mnemoscope_verify.command import main

sys.exit(main())
