/* What stands in a menu. */
import type { Component } from "svelte";

export interface MenuItem {
  label: string;
  run: () => void;
  icon?: Component;
  /** What is known of it, at its end. */
  note?: string;
  /** A shortcut to show; the menu does not bind it. */
  keys?: string;
  danger?: boolean;
  disabled?: boolean;
  /** Draws a line above. */
  apart?: boolean;
}
