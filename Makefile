# A thin front: CMake presets do the building, scripts below tools/ the rest.
.PHONY: deps build run test bench fuzz soak fresh clean

PRESET ?= release

deps:
	@tools/deps

build: deps
	@tools/build $(PRESET)

run: build
	@tools/run

test: deps
	@tools/test

bench: build
	@tools/bench

fuzz: deps
	@tools/fuzz

soak: deps
	@tools/soak

fresh:
	@tools/fresh

clean:
	@rm -rf build
