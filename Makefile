# One command each: make run | build | test | bench | fuzz | format | schemas | page | clean

.DEFAULT_GOAL := build
.PHONY: run build test format lint unit-test end-to-end-test thread-test fuzz-test fuzz bench schemas page clean deps \
	test-deps

# What a build needs, and what the tests and measurements run besides. Debian 12 names.
PACKAGES := libsrt-openssl-dev libssl-dev libyaml-dev pkg-config
TEST_PACKAGES := $(PACKAGES) ffmpeg srt-tools chromium iproute2 nginx-core libnginx-mod-rtmp rtmpdump openssl \
	gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad \
	gstreamer1.0-plugins-ugly gstreamer1.0-rtsp gir1.2-gst-rtsp-server-1.0 python3-gi mpv prometheus

FUZZ_TARGETS := yaml schema flow transportStream splice rtp merge tsMerge rtpPayload rtmp rtsp srtStreamID
FUZZ_SECONDS ?= 300
FUZZ_RUNS := 25000
FUZZ_LIMIT = $(FUZZ_SECONDS)
# Coverage is named by itself: with two sanitizers the compiler drops what the fuzzer implies, and it would fuzz blindly.
FUZZ_BUILD := HEADGATE_PART=fuzz swift build -c release --sanitize fuzzer --sanitize address \
	-Xswiftc -sanitize-coverage=edge,inline-8bit-counters,pc-table,trace-cmp --scratch-path .build-fuzz
SOURCES := Package.swift Sources Tests
# Unit tests that hold code to a time. They run alone, and not under the thread sanitizer.
TIMED := SpeedTests|thousandFlows|thousandInputs|manyFiles

# Installs those of the packages $(1) that are missing.
define install
@command -v dpkg-query >/dev/null || { echo "Not a Debian system: install these yourself: $(1)"; exit 0; }; \
missing=$$(for package in $(1); do \
	dpkg-query --show --showformat='$${Status}' $$package 2>/dev/null | grep -q 'install ok installed' || echo $$package; \
done); \
[ -z "$$missing" ] || { \
	echo "Installing" $$missing; \
	sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	$$sudo apt-get update -q && $$sudo apt-get install -y -q --no-install-recommends $$missing; \
}
endef

deps:
	$(call install,$(PACKAGES))

# The nginx and the Prometheus that the gateway is tested against are run by the tests alone: where systemd would start
# them as soon as they are installed, they are masked, and stay so.
test-deps:
	@[ ! -d /run/systemd/system ] || for program in nginx prometheus; do \
		command -v $$program >/dev/null || [ -x /usr/sbin/$$program ] || \
			$$([ "$$(id -u)" = 0 ] || echo sudo) systemctl mask $$program.service; \
	done
	$(call install,$(TEST_PACKAGES))

# Swift's libraries are linked into the executable: it runs where no Swift is installed, and calls cost two percent less.
# Whether two accesses to a variable overlap is checked in debug builds, by every test; the check at run time costs the
# packet path three percent.
RELEASE_BUILD := swift build -c release --static-swift-stdlib -Xswiftc -enforce-exclusivity=unchecked

run: deps
	$(RELEASE_BUILD) --product headgate
	exec .build/release/headgate serve --flows flows.d --state-dir .state

build: deps
	$(RELEASE_BUILD) --product headgate
	@echo "Built .build/release/headgate"

# Everything that holds a change to what was promised, cheapest first.
test: test-deps lint unit-test end-to-end-test thread-test fuzz-test
	@echo "All tests passed."

lint:
	swift format lint --strict --configuration .swift-format --recursive $(SOURCES)

unit-test: export HEADGATE_WARNINGS_AS_ERRORS := 1
unit-test:
	swift build --build-tests
	Tests/run --skip-build --disable-xctest --skip 'EndToEndTests|$(TIMED)'
	Tests/run --skip-build --disable-xctest --no-parallel --filter '$(TIMED)'

# Real clients (ffmpeg, GStreamer, srt-live-transmit) against the built gateway.
end-to-end-test: export HEADGATE_WARNINGS_AS_ERRORS := 1
end-to-end-test:
	swift build --build-tests
	Tests/run --skip-build --disable-xctest --filter EndToEndTests

# What the sanitizer found is shown once more at the end, as what failed is.
thread-test:
	rm -f .build-tsan/report.*
	HEADGATE_PART=rooms swift build --build-tests --sanitize thread --scratch-path .build-tsan
	HEADGATE_PART=rooms \
	TSAN_OPTIONS="suppressions=$(CURDIR)/.ci/thread-sanitizer-suppressions log_path=$(CURDIR)/.build-tsan/report" \
		Tests/run --skip-build --disable-xctest --sanitize thread --scratch-path .build-tsan \
		--skip 'ArchitectureTests|$(TIMED)' || { cat .build-tsan/report.* 2>/dev/null; exit 1; }

# Repeatable: as good as the same inputs each time, so that it fails for a change, and not for the luck of the day.
fuzz-test:
	$(MAKE) fuzz FUZZ_LIMIT='--runs $(FUZZ_RUNS)'

# Runs each fuzz target for FUZZ_SECONDS, two at a time. What they find is written to .build-fuzz/findings; put it into
# Tests/Fuzz/Regressions/TARGET, which each run repeats first.
fuzz:
	$(FUZZ_BUILD) --product headgate-fuzz
	printf '%s\n' $(FUZZ_TARGETS) | xargs -P 2 -I TARGET Tests/Fuzz/run TARGET $(FUZZ_LIMIT)

bench: deps test-deps
	Benchmarks/run.sh

format:
	swift format --in-place --configuration .swift-format --recursive $(SOURCES)

# The binary carries copies of the schema and of the page; tests hold them to the originals.
schemas:
	Schemas/embed.sh

page:
	Page/embed.sh

clean:
	rm -rf .build .build-tsan .build-fuzz
