// Runs before the first module: when that cannot be loaded, the document says so and is loaded again as soon as the
// server answers. A file of its own, since the page's content security policy allows no inline script.
addEventListener(
  "error",
  ({ target }) => {
    if (!(target instanceof HTMLScriptElement)) return;
    const show = () => {
      const notice = document.getElementById("starting");
      if (notice !== null) notice.hidden = false;
    };
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", show);
    else show();
    const again = async () => {
      const answer = await fetch("./", { cache: "no-store" }).catch(() => undefined);
      if (answer?.ok) location.reload();
      else setTimeout(again, 2000);
    };
    setTimeout(again, 2000);
  },
  true,
);
