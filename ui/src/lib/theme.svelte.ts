/* Light, dark, or as the system says. The choice is kept on this computer and put on <html> before the first paint. */

export type Theme = "system" | "light" | "dark";
const KEY = "slipway.theme";

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}

class ThemeChoice {
  choice = $state<Theme>(stored());

  /** Puts the choice on the page. */
  apply(): void {
    if (this.choice === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = this.choice;
  }

  choose(theme: Theme): void {
    this.choice = theme;
    try {
      if (theme === "system") localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch {
      // A profile without storage keeps the choice for this run only.
    }
    this.apply();
  }
}

export const theme = new ThemeChoice();
