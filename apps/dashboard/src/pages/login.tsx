import { useEffect, useState, type ReactElement } from "react";
import { useSignIn } from "../api/session.ts";
import iconUrl from "../style/icon.svg";
import "./login.css";

/**
 * Asks for an API token. It is sent once, for a session cookie, and stored nowhere. The requested page stays in the
 * URL, and is shown afterwards.
 * @param ended whether an earlier session has ended by itself
 */
export function LoginPage({ ended }: { ended: boolean }): ReactElement {
  const [token, setToken] = useState("");
  const signIn = useSignIn();
  useEffect(() => {
    document.title = "Sign in · crewstream";
  }, []);
  return (
    <main className="login">
      <form
        className="card"
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate(token);
        }}
      >
        <div className="row">
          <img src={iconUrl} alt="" width="28" height="28" />
          <h1>Sign in to crewstream</h1>
        </div>
        {ended && (
          <p className="notice warn" role="status">
            Your session has ended. Sign in again, and you are back where you were.
          </p>
        )}
        <div className="field">
          <label htmlFor="token">API token</label>
          <input
            id="token"
            type="password"
            autoComplete="current-password"
            required
            autoFocus
            value={token}
            aria-invalid={signIn.isError}
            aria-describedby="token-hint token-problem"
            onChange={(event) => setToken(event.target.value)}
          />
          <span className="hint" id="token-hint">
            One of the server’s <code>API_TOKENS</code>. <code>npm start</code> prints it.
          </span>
          <span className="problem" id="token-problem" role="alert">
            {signIn.error?.message}
          </span>
        </div>
        <button type="submit" className="button primary" disabled={signIn.isPending}>
          {signIn.isPending ? "Signing in…" : "Sign in"}
        </button>
      </form>
    </main>
  );
}
