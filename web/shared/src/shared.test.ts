import { describe, expect, it, vi } from "vitest";
import { addressOf, ApiError } from "./api/client";
import { energy, power, span } from "./format";
import { fit } from "./router";
import { csv } from "./ui/table";

vi.stubGlobal("location", { pathname: "/" });

describe("an address", () => {
  it("takes whatever stands in a name", () => {
    const path = { identity: "a/b ?&<#" };
    expect(addressOf("GET /api/v1/stations/{identity}", { path })).toBe("/api/v1/stations/a%2Fb%20%3F%26%3C%23");
  });
  it("leaves out what is not asked", () => {
    expect(addressOf("GET /api/v1/stations", { query: { q: "", site_id: null, online: false } })).toBe("/api/v1/stations?online=false");
  });
});

describe("a path", () => {
  it("gives its parts as they were", () => {
    expect(fit("/stations/:identity", "/stations/a%2Fb")).toEqual({ identity: "a/b" });
    expect(fit("/stations/:identity", "/stations/%E0")).toEqual({ identity: "%E0" });
    expect(fit("/stations", "/stations/")).toEqual({});
    expect(fit("/stations", "/stations/a")).toBeNull();
  });
});

describe("a refusal", () => {
  it("knows which input it is about", () => {
    const error = new ApiError(400, { errors: [{ field: "data.name", reason: "too long" }] });
    expect([error.about("name"), error.about("other")]).toEqual(["too long", undefined]);
  });
});

describe("an export", () => {
  it("is quoted, and never a formula", () => {
    const columns = [{ name: "a", cell: () => null, text: (row: string) => row }];
    expect(csv(columns, ["=1+1", '@"x"', "a,b", "plain"])).toBe('a\r\n\'=1+1\r\n"\'@""x"""\r\n"a,b"\r\nplain');
  });
});

describe("a quantity", () => {
  it("has a unit of its size", () => {
    expect([power(7400), power(2_500_000), power(null), energy(1500)].map((text) => text.replace(",", "."))).toEqual(["7.4 kW", "2.50 MW", "–", "1.50 kWh"]);
    expect([span(59_000), span(61_000), span(3_700_000), span(200_000_000)]).toEqual(["59 s", "1 min", "1 h 1 min", "2 days"]);
  });
});
