// Imported first: no text ever becomes markup or script. The policy of the page allows this one default alone.
interface Factory {
  createPolicy(name: string, rules: { createHTML(): string }): unknown;
}

(window as { trustedTypes?: Factory }).trustedTypes?.createPolicy("default", { createHTML: () => "" });
