# SPDX-License-Identifier: Apache-2.0
# tabrelay: `make help` lists the targets. One build folder per variant: make BUILD=build-asan SAN=address,undefined
BUILD ?= build
SAN ?=
WERROR ?= 1
PLANTED_BUG ?=

# The MySQL client: MariaDB Connector/C or Oracle's libmysqlclient, both real (replicator/binlog/stream_*.c).
MYSQL_CLIENT ?= $(shell pkg-config --exists libmariadb && echo mariadb || echo mysql)
MYSQL_PC := $(if $(filter mariadb,$(MYSQL_CLIENT)),libmariadb,mysqlclient)

PKGS := $(MYSQL_PC) libcurl libcjson yaml-0.1 zlib libdeflate libzstd openssl libxxhash libmicrohttpd
CC ?= gcc
MACHINE := $(shell $(CC) -dumpmachine)
WARN := -Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wcast-qual -Wundef $(if $(filter 1,$(WERROR)),-Werror)
# tests/hardening looks for these in what is built.
BRANCHES := $(if $(filter x86_64%,$(MACHINE)),-fcf-protection=full,$(if $(filter aarch64%,$(MACHINE)),-mbranch-protection=standard))
HARDEN := -fstack-protector-strong -fstack-clash-protection $(BRANCHES) -fPIE $(if $(SAN),,-D_FORTIFY_SOURCE=3)
OPT ?= $(if $(SAN),-O1 -fno-omit-frame-pointer,-O2)
CPPFLAGS := -I. -I$(BUILD)/gen -D_GNU_SOURCE \
	-DMYSQL_CLIENT_$(shell echo $(MYSQL_CLIENT) | tr a-z A-Z)=1 $(if $(PLANTED_BUG),-DPLANTED_BUG=$(PLANTED_BUG))
CFLAGS := -std=c17 -g $(OPT) $(WARN) $(HARDEN) $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all) \
	$(shell pkg-config --cflags $(PKGS) | sed 's/-I/-isystem /g') -pthread $(EXTRA_CFLAGS)
LDFLAGS := -pie -Wl,-z,relro,-z,now,-z,noexecstack $(if $(SAN),-fsanitize=$(SAN)) $(EXTRA_LDFLAGS)
LDLIBS := $(shell pkg-config --libs $(PKGS)) -lm -pthread

src = $(sort $(wildcard $(1)/*.c $(1)/*/*.c $(1)/*/*/*.c))
obj = $(patsubst %.c,$(BUILD)/%.o,$(1))

# What is not for this client library is left out.
SKIP := $(if $(filter mariadb,$(MYSQL_CLIENT)),replicator/binlog/stream_mysql.c,replicator/binlog/stream_mariadb.c)

COMMON_SRC := $(call src,common)
REPLICATOR_SRC := $(filter-out replicator/main.c $(SKIP),$(call src,replicator))
WEBHOOK_SRC := $(filter-out webhook/main.c,$(call src,webhook))
SANDBOX_SRC := $(filter-out sandbox/main.c,$(call src,sandbox))
CLI_SRC := $(filter-out cli/main.c,$(call src,cli))
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
BENCH_SRC := $(sort $(wildcard tests/bench/*.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c)) tests/fuzz/decoder.c

PROGRAMS := $(BUILD)/tabrelay-replicator $(BUILD)/tabrelay-webhook $(BUILD)/tabrelay-sandbox $(BUILD)/tabrelay
UNITS := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(UNIT_SRC))
BENCHES := $(BUILD)/bench/floor $(BUILD)/bench/decode $(BUILD)/bench/timed $(BUILD)/bench/edits
LIBCOMMON := $(BUILD)/libcommon.a
LIBS := $(BUILD)/libcli.a $(BUILD)/libreplicator.a $(BUILD)/libwebhook.a $(BUILD)/libsandbox.a

.PHONY: all help clean demo docs man check check-unit check-system check-asan check-tsan lint format coverage \
	bench bench-decode bench-sheets bench-webhook bench-circle inject inject-programs analyze valgrind fuzz fuzz-short fuzz-programs torture torture-planted \
	soak soak-planted fault-matrix
all: $(PROGRAMS) ## build the four programs into build/

# Files that are embedded: SQL of our own tables, the JSON Schema, the script, the grid page. One truth, no second copy.
EMBED := $(sort $(wildcard schemas/*.sql schemas/*.json webhook/apps_script/Code.gs webhook/apps_script/appsscript.json \
	cli/page/web/*.html cli/page/web/*.css cli/page/web/*.js \
	sandbox/page/*.html sandbox/page/*.css sandbox/page/*.js sandbox/script/*.js))
EMBED_C := $(BUILD)/gen/embed_data.c
$(EMBED_C): $(EMBED) tools/embed.sh
	@mkdir -p $(@D)
	@sh tools/embed.sh $(EMBED) > $@.tmp && mv $@.tmp $@
$(BUILD)/gen/embed_data.o: $(EMBED_C)
	@$(CC) $(CPPFLAGS) -std=c17 -g -O1 $(HARDEN) -c -o $@ $<

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# One C++ file, which needs no C++ runtime (common/shortest.h); Debian puts the library's headers into a versioned folder.
CXX ?= g++
DRAGONBOX ?= $(firstword $(wildcard /usr/include/dragonbox-*))
$(BUILD)/%.o: %.cc
	@mkdir -p $(@D)
	@echo "  CXX $<"
	@$(CXX) -I. -std=c++17 -g $(OPT) $(HARDEN) -Wall -Wextra $(if $(filter 1,$(WERROR)),-Werror) -fno-exceptions -fno-rtti \
		$(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all) -isystem $(DRAGONBOX) $(EXTRA_CFLAGS) -MMD -MP -c -o $@ $<

# The sandbox's JavaScript engine is compiled from the one-file source that duktape-dev carries: sandbox/script/duktape.c says why.
DUKTAPE_SRC ?= /usr/share/duktape
$(BUILD)/sandbox/script/duktape.o: CPPFLAGS += -isystem $(DUKTAPE_SRC)

$(LIBCOMMON): $(call obj,$(COMMON_SRC)) $(BUILD)/common/shortest.o $(BUILD)/gen/embed_data.o
$(BUILD)/libreplicator.a: $(call obj,$(REPLICATOR_SRC))
$(BUILD)/libwebhook.a: $(call obj,$(WEBHOOK_SRC))
$(BUILD)/libsandbox.a: $(call obj,$(SANDBOX_SRC))
$(BUILD)/libcli.a: $(call obj,$(CLI_SRC))
%.a:
	@mkdir -p $(@D)
	@rm -f $@
	@# q, not r: two folders may have a file of the same name
	@$(AR) qcs $@ $^

link = @echo "  LD $@"; $(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/tabrelay-replicator: $(BUILD)/replicator/main.o $(BUILD)/libreplicator.a $(LIBCOMMON)
	$(link)
$(BUILD)/tabrelay-webhook: $(BUILD)/webhook/main.o $(BUILD)/libwebhook.a $(LIBCOMMON)
	$(link)
$(BUILD)/tabrelay-sandbox: $(BUILD)/sandbox/main.o $(BUILD)/libsandbox.a $(LIBCOMMON)
	$(link)
$(BUILD)/tabrelay: $(BUILD)/cli/main.o $(BUILD)/libcli.a $(BUILD)/libreplicator.a $(LIBCOMMON)
	$(link)

# A unit test is one file; it links what it uses. Its asserts are told of what is not there (tests/unit/asserts.h).
$(BUILD)/tests/unit/%.o: CFLAGS += -include tests/unit/asserts.h
$(BUILD)/tests/%: $(BUILD)/tests/unit/%.o $(LIBS) $(LIBCOMMON)
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBCOMMON) $(LDLIBS) -lcmocka

# What the benchmarks run.
$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(BUILD)/tests/bench/bench.o $(BUILD)/libreplicator.a $(LIBCOMMON)
	@mkdir -p $(@D)
	$(link)
bench: $(BENCHES)
bench-decode: all bench ## how fast logs are read, beside other readers (tests/bench; BENCH_ARGS=--help)
	@tools/install build bench
	@TABRELAY_BUILD=$(BUILD) /usr/bin/python3 tests/bench/bench_decode.py $(BENCH_ARGS)
bench-sheets: all bench ## how fresh the cells are, requests, memory, beside other ways (tests/bench; BENCH_ARGS=--help)
	@tools/install build bench
	@TABRELAY_BUILD=$(BUILD) /usr/bin/python3 tests/bench/bench_sheets.py $(BENCH_ARGS)
bench-webhook: all bench ## edits a second, beside a FastAPI endpoint (tests/bench; BENCH_ARGS=--help)
	@tools/install build bench
	@TABRELAY_BUILD=$(BUILD) /usr/bin/python3 tests/bench/bench_webhook.py $(BENCH_ARGS)
bench-circle: all bench ## people and SQL on both sides for ten minutes, equal at the end (tests/bench; BENCH_ARGS=--help)
	@tools/install build bench
	@TABRELAY_BUILD=$(BUILD) /usr/bin/python3 tests/bench/bench_circle.py $(BENCH_ARGS)

# The fuzz targets (tests/fuzz/targets.h lists them): a libFuzzer program each, built by clang in a folder of their own; the unit
# test test_fuzz_cases runs them all on inputs that are known.
FUZZ_SECONDS ?= 60
FUZZ_BUILD ?= build-fuzz
FUZZ_TARGETS := $(shell grep -o 'X([a-z0-9_]*)' tests/fuzz/targets.h | tr -d 'X()')
FUZZ ?= $(FUZZ_TARGETS)
$(BUILD)/libfuzz.a: $(call obj,$(FUZZ_SRC))
# No more of the product than is fuzzed: everything is compiled again, with counters.
$(BUILD)/libfuzzed.a: $(call obj,$(filter-out $(SKIP),$(wildcard replicator/binlog/*.c)) webhook/edit.c webhook/edit_kind.c webhook/edit_check.c webhook/notice.c webhook/verify.c sandbox/script/urlfetch.c sandbox/script/limits.c \
	$(wildcard replicator/sheets/*.c) $(filter-out sandbox/main.c,$(wildcard sandbox/*.c)))
$(BUILD)/tests/test_fuzz_cases: $(BUILD)/tests/unit/test_fuzz_cases.o $(BUILD)/libfuzz.a $(LIBS) $(LIBCOMMON)
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBCOMMON) $(LDLIBS) -lcmocka
$(BUILD)/fuzz/entry_%.o: tests/fuzz/entry.c
	@mkdir -p $(@D)
	@$(CC) $(CPPFLAGS) $(CFLAGS) -DTARGET=$* -c -o $@ $<
$(BUILD)/fuzz/%: $(BUILD)/fuzz/entry_%.o $(BUILD)/libfuzz.a $(BUILD)/libfuzzed.a $(LIBCOMMON)
	@echo "  LD $@"
	@$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)
$(BUILD)/fuzz-seeds: $(BUILD)/tests/fuzz/seeds.o $(BUILD)/libfuzzed.a $(LIBCOMMON)
	$(link)
RECORDINGS := $(wildcard tests/unit/binlog/*.binlog)
$(BUILD)/fuzz/seeds: $(BUILD)/fuzz-seeds $(RECORDINGS)
	@rm -rf $@
	@mkdir -p $(@D) && $(BUILD)/fuzz-seeds $@ $(RECORDINGS) && tests/fuzz/seed-key $@/key
fuzz-programs: $(FUZZ:%=$(BUILD)/fuzz/%) $(BUILD)/fuzz/seeds
# UBSan's check of function pointers would want the C++ runtime for the one C++ file.
fuzz: ## fuzz each parser for FUZZ_SECONDS (60): make fuzz [FUZZ=json]
	@$(MAKE) -s BUILD=$(FUZZ_BUILD) CC=clang CXX=clang++ SAN=fuzzer-no-link,address,undefined OPT='-O2 -fno-omit-frame-pointer' WERROR=0 \
		EXTRA_CFLAGS='-w -fno-sanitize=function' FUZZ="$(FUZZ)" fuzz-programs
	@tests/fuzz/run $(FUZZ_BUILD) $(FUZZ_SECONDS) $(FUZZ)
# What CI does: what reads a binlog for twelve seconds each, simpler parsers for six, what stands before them for three.
FUZZ_SIMPLE := file ddl cell config edit
FUZZ_SMALL := answer drive notice key signature url gzip sandbox sandbox_text
fuzz-short:
	@$(MAKE) fuzz FUZZ_SECONDS=12 FUZZ="$(filter-out $(FUZZ_SIMPLE) $(FUZZ_SMALL),$(FUZZ_TARGETS))"
	@$(MAKE) fuzz FUZZ_SECONDS=6 FUZZ="$(FUZZ_SIMPLE)"
	@$(MAKE) fuzz FUZZ_SECONDS=3 FUZZ="$(FUZZ_SMALL)"

# The unit tests and the programs with calls that fail when asked to (tests/inject): the same objects, in which the product's calls
# of NAME, where inject.c defines inject_NAME, are turned into calls of that.
INJECT := $(BUILD)/inject
# The sandbox's JavaScript and what is fuzzed run long, and little of it can fail.
INJECT_UNITS := $(filter-out %/test_fuzz_cases %/test_script %/test_script_engine,$(patsubst tests/unit/%.c,$(INJECT)/%,$(UNIT_SRC)))
INJECT_PROGRAMS := $(INJECT)/tabrelay-replicator $(INJECT)/tabrelay-webhook $(INJECT)/tabrelay
$(INJECT)/inject.o: tests/inject/inject.c
	@mkdir -p $(@D)
	@$(CC) $(CPPFLAGS) $(filter-out -Wundef,$(CFLAGS)) -fno-builtin -c -o $@ $<
$(INJECT)/calls: $(INJECT)/inject.o
	@nm $< | sed -n 's/.* T inject_\(.*\)/\1 inject_\1/p' > $@
$(INJECT)/%.a: $(BUILD)/%.a $(INJECT)/calls
	@objcopy --redefine-syms=$(INJECT)/calls $< $@
$(INJECT)/%_main.o: $(BUILD)/%/main.o $(INJECT)/calls
	@objcopy --redefine-syms=$(INJECT)/calls $< $@
INJECT_COMMON := $(INJECT)/libcommon.a $(INJECT)/inject.o
$(INJECT)/tabrelay-replicator: $(INJECT)/replicator_main.o $(INJECT)/libreplicator.a $(INJECT_COMMON)
	$(link)
$(INJECT)/tabrelay-webhook: $(INJECT)/webhook_main.o $(INJECT)/libwebhook.a $(INJECT_COMMON)
	$(link)
$(INJECT)/tabrelay: $(INJECT)/cli_main.o $(INJECT)/libcli.a $(INJECT)/libreplicator.a $(INJECT_COMMON)
	$(link)
$(INJECT)/test_%: $(BUILD)/tests/unit/test_%.o $(INJECT)/libcli.a $(INJECT)/libreplicator.a $(INJECT)/libwebhook.a $(BUILD)/libsandbox.a $(INJECT_COMMON)
	@$(CC) $(LDFLAGS) -o $@ $^ $(INJECT)/libcommon.a $(LDLIBS) -lcmocka
inject-programs: $(INJECT_PROGRAMS) $(INJECT_UNITS)
inject: ## fail each allocation, read, write and query of unit tests and starts (tests/inject)
	@INJECT_SHARE=$(or $(INJECT_SHARE),1) ./tests/run --inject

check-unit: $(UNITS) ## run the C unit tests
	@sh tests/unit/run.sh $(UNITS)
check: ## install what is missing, build, run every test (tests/run)
	@./tests/run
check-system: all ## run the system tests against real servers
	@./tests/run --system
check-asan: ## unit and system tests with AddressSanitizer and UBSan
	@./tests/run --asan
valgrind: all $(UNITS) ## unit tests and a start of each program under valgrind's memcheck (tests/valgrind)
	@tools/install test valgrind
	@UNDER="$$(/usr/bin/python3 tests/valgrind/memcheck.py)" sh tests/unit/run.sh $(UNITS)
	@TABRELAY_BUILD=$(BUILD) /usr/bin/python3 -m pytest -p no:cacheprovider -q --timeout=900 tests/valgrind
check-tsan: ## unit and system tests with ThreadSanitizer
	@./tests/run --tsan
# Random histories on real servers and the sandbox (tests/torture).
SEEDS ?= 50
SERVER ?= both
torture: all ## random histories of both sides, judged at the end: make torture [SEEDS=50] [SERVER=mysql|split] [JOBS=3]
	@tests/torture/run.py --build $(BUILD) --cases --seeds 1-$(SEEDS) --server $(SERVER) $(if $(JOBS),--jobs $(JOBS)) $(if $(GATE),--gate $(GATE))
torture-planted: all ## every bug that is planted on purpose is caught
	@tests/torture/run.py --planted --server $(SERVER)
# Many hours in a few minutes (tests/soak).
SOAK_MINUTES ?= 10
SOAK_SERVER = $(if $(filter mariadb,$(SERVER)),mariadb,mysql)
soak: all ## does anything grow? make soak [SOAK_MINUTES=10] [SERVER=mariadb]
	@tests/soak/run.py --build $(BUILD) --minutes $(SOAK_MINUTES) --server $(SOAK_SERVER)
soak-planted: all ## every growth that is planted on purpose is seen
	@tests/soak/run.py --build $(BUILD) --minutes 1 --server $(SOAK_SERVER) --planted
fault-matrix: all ## every fault on both servers, and a table: make fault-matrix [FAULT_ARGS=--help]
	@tools/install build test
	@TABRELAY_BUILD=$(BUILD) tests/faults/matrix $(FAULT_ARGS)
demo: ## the whole thing on this machine, in a browser (sandbox/demo)
	@./sandbox/demo

ALL_C := $(COMMON_SRC) $(REPLICATOR_SRC) replicator/main.c $(WEBHOOK_SRC) webhook/main.c $(SANDBOX_SRC) sandbox/main.c \
	$(CLI_SRC) cli/main.c $(UNIT_SRC) $(BENCH_SRC) $(FUZZ_SRC) tests/fuzz/entry.c tests/fuzz/seeds.c
ALL_H := $(sort $(shell find common replicator webhook cli sandbox tests -name '*.h'))
lint: all ## clang-format, clang-tidy, cppcheck, shellcheck
	@sh tests/lint.sh "$(CPPFLAGS)" "$(shell pkg-config --cflags $(PKGS))" $(ALL_C) $(ALL_H)
# gcc's static analyzer, a log of each file of the programs, judged together (tests/analyze). Without optimisation: it explains itself in
# the words of the source. duktape.c is a copy of a library.
ANALYZER ?= gcc
ANALYZED := $(filter-out tests/% $(SKIP) sandbox/script/duktape.c,$(ALL_C))
$(BUILD)/analyze/%.log: %.c tests/analyze/known.h $(EMBED_C)
	@mkdir -p $(@D)
	@echo "  ANALYZE $<"
	@echo $< > $@.tmp
	@LC_ALL=C $(ANALYZER) $(CPPFLAGS) $(filter-out -O2 -Werror $(HARDEN),$(CFLAGS)) -O0 -fanalyzer -include tests/analyze/known.h \
		-MMD -MP -MT $@ -MF $(@:.log=.d) -c -o $(@:.log=.o) $< 2>> $@.tmp || { cat $@.tmp; exit 1; }
	@mv $@.tmp $@
$(BUILD)/analyze/common/err.log: CPPFLAGS += -DANALYZES_ERR
analyze: $(ANALYZED:%.c=$(BUILD)/analyze/%.log) ## gcc -fanalyzer over the programs: nothing found without an excuse (tests/analyze)
	@tests/analyze/judge.py "$(ANALYZER) $(shell $(ANALYZER) -dumpversion)" $^
format: ## rewrite all C files with clang-format
	@clang-format -i $(ALL_C) $(ALL_H)
coverage: ## line coverage of the unit and system tests
	@./tests/run --coverage

docs: ## write the parts of docs/ that are made from the sources
	@tools/docs/reference.py

man: all ## make the man pages from what the programs say (tools/man)
	@tools/man $(BUILD) docs/man

include packaging/install.mk
clean: ## remove every build folder
	rm -rf build build-*
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
.SECONDARY:
