# A thin front: CMake presets do the building, scripts below tools/ the rest.
.PHONY: deps build run test bench fuzz scan soak fresh shots clean

PRESET ?= release

deps:
	@tools/deps

build: deps
	@tools/build $(PRESET)

run: build
	@tools/run

test:
	@tools/deps run test
	@tools/test

bench:
	@tools/deps run bench
	@tools/bench

fuzz:
	@tools/deps run test
	@tools/fuzz

scan:
	@tools/deps run test scan
	@tools/scan

soak:
	@tools/deps run test
	@tools/soak

fresh:
	@tools/deps run fresh
	@tools/fresh

# The README's pictures, from a fresh demo.
shots: build
	@tools/deps run test
	@tools/node tests/browser/shots.mjs build/$(PRESET)/gatehouse docs

clean:
	@rm -rf build
