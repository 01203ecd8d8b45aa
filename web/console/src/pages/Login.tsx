import { ApiError, ask } from "@shared/api/client";
import { Button, Failure, Field } from "@shared/ui/parts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

/** Sign in by e-mail and password, by an API key, or by a provider of OpenID Connect. */
export function Login() {
  const queries = useQueryClient();
  const [byKey, setByKey] = useState(false);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [key, setKey] = useState("");
  const providers = useQuery({ queryKey: ["providers"], queryFn: () => ask("GET /login/oidc"), retry: false });
  const enter = useMutation({
    mutationFn: () =>
      ask("POST /login", { body: byKey ? { key: key.trim() } : { email: email.trim(), password, ...(code && { code: code.trim() }) } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["account"] }),
  });
  const wantsCode = !byKey && enter.error instanceof ApiError && enter.error.kind === "second-factor-needed";
  const [asked, setAsked] = useState(false);
  if (wantsCode && !asked) setAsked(true);
  function submit(event: FormEvent) {
    event.preventDefault();
    enter.mutate();
  }
  return (
    <main className="narrow">
      <form className="panel login" onSubmit={submit}>
        <img src={`${import.meta.env.BASE_URL}icon.svg`} alt="" width="40" height="40" />
        <h1>Sign in to Busbar</h1>
        {byKey ? (
          <Field
            label="API key"
            type="password"
            autoComplete="off"
            spellCheck={false}
            required
            maxLength={200}
            value={key}
            onChange={(event) => setKey(event.target.value)}
            hint="It was shown at the first start. It is exchanged for a session and not kept in the browser."
          />
        ) : (
          <>
            <Field label="E-mail" type="email" autoComplete="username" required maxLength={254} value={email} onChange={(event) => setEmail(event.target.value)} />
            <Field label="Password" type="password" autoComplete="current-password" required maxLength={200} value={password} onChange={(event) => setPassword(event.target.value)} />
            {asked && (
              <Field
                label="Code"
                inputMode="numeric"
                autoComplete="one-time-code"
                required
                autoFocus
                minLength={6}
                maxLength={20}
                value={code}
                onChange={(event) => setCode(event.target.value)}
                hint="From your authenticator, or a recovery code."
              />
            )}
          </>
        )}
        <Failure error={wantsCode ? null : enter.error && worded(enter.error, byKey)} />
        <Button kind="main" type="submit" busy={enter.isPending}>
          Sign in
        </Button>
        {providers.data?.items.map(({ name, title, path }) => (
          <a key={name} className="button plain" href={path}>
            Sign in with {title || name}
          </a>
        ))}
        <Button
          kind="quiet"
          onClick={() => {
            enter.reset();
            setByKey(!byKey);
          }}
        >
          {byKey ? "Sign in with e-mail and password" : "First start, or no account? Sign in with an API key"}
        </Button>
      </form>
    </main>
  );
}

function worded(error: Error, byKey: boolean): Error {
  if (!(error instanceof ApiError) || error.status !== 401) return error;
  return new Error(byKey ? "This key is not valid." : "E-mail, password or code is wrong.");
}
