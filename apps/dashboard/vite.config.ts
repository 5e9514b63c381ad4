import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compressAssets } from "./scripts/compress-assets.ts";

/**
 * Relative URLs: the page works under any path prefix. Nothing is inlined, as its content security policy forbids that.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  logLevel: "warn",
  plugins: [react(), compressAssets()],
  build: {
    target: "es2023",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    emptyOutDir: true,
    // Chunks must not move code ahead of `no-eval.ts`, which is imported first.
    rolldownOptions: { output: { strictExecutionOrder: true } },
  },
});
