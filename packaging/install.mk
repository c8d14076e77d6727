# SPDX-License-Identifier: Apache-2.0
# make install, uninstall, deb. A package sets DESTDIR and PREFIX=/usr; without, everything goes below /usr/local.
PREFIX ?= /usr/local
DESTDIR ?=
SYSCONFDIR ?= /etc
BINDIR ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share/tabrelay
DOCDIR ?= $(PREFIX)/share/doc/tabrelay
MANDIR ?= $(PREFIX)/share/man
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions

DATA := $(wildcard schemas/*) webhook/apps_script/Code.gs webhook/apps_script/appsscript.json
DOCS := $(wildcard docs/*.md docs/*.png)
UNITS_IN := $(wildcard packaging/systemd/*.service.in)
UNIT_DROPIN := tabrelay-.service.d/common.conf
MAN_PAGES := $(wildcard docs/man/*.[1-8])
to = $(DESTDIR)$(1)

.PHONY: install uninstall deb
install: all ## install into $(DESTDIR)$(PREFIX), units and documents as well
	install -d $(call to,$(BINDIR)) $(call to,$(DATADIR)) $(call to,$(DOCDIR)/docs) $(call to,$(UNITDIR)/$(dir $(UNIT_DROPIN))) $(call to,$(SYSUSERSDIR)) $(call to,$(BASHDIR)) $(call to,$(ZSHDIR))
	install -d -m 750 $(call to,$(SYSCONFDIR)/tabrelay)
	install -m 755 $(PROGRAMS) $(call to,$(BINDIR))
	install -m 644 $(DATA) $(call to,$(DATADIR))
	install -m 644 README.md CHANGELOG.md $(call to,$(DOCDIR))
	install -m 644 $(DOCS) $(call to,$(DOCDIR)/docs)
	@for page in $(MAN_PAGES); do \
		install -D -m 644 $$page $(call to,$(MANDIR))/man$${page##*.}/$${page##*/} || exit; done
	@for unit in $(UNITS_IN); do \
		sed -e 's|@BINDIR@|$(BINDIR)|; s|@SYSCONFDIR@|$(SYSCONFDIR)|; s|@DOCDIR@|$(DOCDIR)|' $$unit > $(BUILD)/unit && \
		install -m 644 $(BUILD)/unit $(call to,$(UNITDIR))/$$(basename $$unit .in) || exit; done; rm -f $(BUILD)/unit
	install -m 644 packaging/systemd/$(UNIT_DROPIN) $(call to,$(UNITDIR)/$(UNIT_DROPIN))
	install -m 644 packaging/sysusers.conf $(call to,$(SYSUSERSDIR)/tabrelay.conf)
	$(BUILD)/tabrelay completion bash > $(call to,$(BASHDIR)/tabrelay)
	$(BUILD)/tabrelay completion zsh > $(call to,$(ZSHDIR)/_tabrelay)

# The configuration is a person's and stays.
uninstall: ## take away what install has put there; /etc/tabrelay stays if there is something in it
	rm -f $(addprefix $(call to,$(BINDIR))/,$(notdir $(PROGRAMS)))
	rm -f $(foreach page,$(MAN_PAGES),$(call to,$(MANDIR))/man$(subst .,,$(suffix $(page)))/$(notdir $(page)))
	rm -f $(addprefix $(call to,$(UNITDIR))/,$(notdir $(UNITS_IN:.in=)) $(UNIT_DROPIN)) $(call to,$(SYSUSERSDIR)/tabrelay.conf)
	rm -f $(call to,$(BASHDIR)/tabrelay) $(call to,$(ZSHDIR)/_tabrelay)
	rm -rf $(call to,$(DATADIR)) $(call to,$(DOCDIR))
	-rmdir $(call to,$(UNITDIR)/$(dir $(UNIT_DROPIN))) $(call to,$(SYSCONFDIR)/tabrelay)

deb: ## a Debian package for the release that this machine runs, in $(BUILD)/deb
	@packaging/deb $(BUILD)/deb
