# SPDX-License-Identifier: Apache-2.0
"""How valgrind is called; as a program, prints it (`make valgrind`)."""
import pathlib
import shlex

ERROR_STATUS = 99
MEMCHECK = ["valgrind", "--quiet", f"--error-exitcode={ERROR_STATUS}", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect,possible",
            "--fair-sched=yes", f"--suppressions={pathlib.Path(__file__).with_name('suppressions')}"]

if __name__ == "__main__":
    print(shlex.join(MEMCHECK))
