import { describe, expect, it } from "vitest";
import { pictureType } from "./picture-type";

describe("the bytes of a picture", () => {
  it("draws PNG and JPEG, and nothing that only says so", () => {
    expect(pictureType(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13]).buffer)).toBe("image/png");
    expect(pictureType(new Uint8Array([0xff, 0xd8, 0xff, 0xe0]).buffer)).toBe("image/jpeg");
    expect(pictureType(new TextEncoder().encode("<svg onload='x'>").buffer as ArrayBuffer)).toBeNull();
    expect(pictureType(new ArrayBuffer(0))).toBeNull();
  });
});
