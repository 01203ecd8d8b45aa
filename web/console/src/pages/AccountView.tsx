import { ask } from "@shared/api/client";
import { moment } from "@shared/format";
import { Button, Copy, Fact, Failure, Field, Panel } from "@shared/ui/parts";
import { type Column, Table } from "@shared/ui/table";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { client, useAccount } from "../state";
import type { LoginView } from "@shared/api/schema";

/** Who I am here: my password, my second factor, my sessions. */
export function AccountView() {
  const account = useAccount().data;
  if (!account) return null;
  return (
    <>
      <h1>{account.name}</h1>
      <Panel title="What I may do">
        <dl className="facts">
          <Fact name="Rights">{account.rights.join(", ")}</Fact>
          <Fact name="Roles">
            {account.grants.map(({ role, sites }) => (sites ? `${role} at ${sites.length} sites` : role)).join(", ") || "–"}
          </Fact>
          <Fact name="Signed in with">{account.user_id === null ? "an API key" : "an account"}</Fact>
          <Fact name="Second factor">{account.second_factor ? "On" : "Off"}</Fact>
        </dl>
      </Panel>
      {account.user_id !== null && (
        <>
          <div className="columns even">
            <Password />
            <SecondFactor on={account.second_factor} />
          </div>
          <Logins />
        </>
      )}
    </>
  );
}

function Form({ send, children }: { send: () => void; children: ReactNode }) {
  function submit(event: FormEvent) {
    event.preventDefault();
    send();
  }
  return (
    <form className="stack" onSubmit={submit}>
      {children}
    </form>
  );
}

function Password() {
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () => ask("POST /api/v1/account/password", { body: { old, new: next } }),
    onSuccess: () => {
      setOld("");
      setNext("");
      void client.invalidateQueries({ queryKey: ["logins"] });
    },
  });
  return (
    <Panel title="Password">
      <Form send={() => change.mutate()}>
        <Field label="Present password" type="password" autoComplete="current-password" required maxLength={200} value={old} onChange={(event) => setOld(event.target.value)} />
        <Field label="New password" type="password" autoComplete="new-password" required minLength={12} maxLength={200} value={next} onChange={(event) => setNext(event.target.value)} hint="12 characters at least. All other sessions end." />
        <Failure error={change.error} />
        {change.isSuccess && <p role="status">The password is changed.</p>}
        <Button kind="main" type="submit" busy={change.isPending}>
          Change the password
        </Button>
      </Form>
    </Panel>
  );
}

function SecondFactor({ on }: { on: boolean }) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const refresh = () => void client.invalidateQueries({ queryKey: ["account"] });
  const begin = useMutation({ mutationFn: () => ask("POST /api/v1/account/second-factor", { body: { password } }) });
  const confirm = useMutation({ mutationFn: () => ask("POST /api/v1/account/second-factor/confirm", { body: { code } }), onSuccess: refresh });
  const remove = useMutation({ mutationFn: () => ask("POST /api/v1/account/second-factor/remove", { body: { password } }), onSuccess: refresh });
  if (confirm.data) {
    return (
      <Panel title="Second factor">
        <p role="status">It counts from now on. Keep these codes: each stands in once for a lost authenticator.</p>
        <pre tabIndex={0} role="group" aria-label="Recovery codes">
          {confirm.data.codes.join("\n")}
        </pre>
        <Copy text={confirm.data.codes.join("\n")} label="Copy the codes" />
      </Panel>
    );
  }
  if (begin.data) {
    return (
      <Panel title="Second factor">
        <p>Enter this secret in an authenticator, or open it there:</p>
        <p>
          <code>{begin.data.secret}</code> <Copy text={begin.data.secret} label="Copy" /> <a href={begin.data.uri}>Open an authenticator</a>
        </p>
        <Form send={() => confirm.mutate()}>
          <Field label="Code" inputMode="numeric" autoComplete="one-time-code" required minLength={6} maxLength={20} value={code} onChange={(event) => setCode(event.target.value)} hint="What the authenticator shows now." />
          <Failure error={confirm.error} />
          <Button kind="main" type="submit" busy={confirm.isPending}>
            Confirm
          </Button>
        </Form>
      </Panel>
    );
  }
  return (
    <Panel title="Second factor">
      <Form send={() => (on ? remove.mutate() : begin.mutate())}>
        <p>{on ? "Signing in takes a code, too." : "With it, a stolen password is not enough to sign in."}</p>
        <Field label="Password" type="password" autoComplete="current-password" required maxLength={200} value={password} onChange={(event) => setPassword(event.target.value)} />
        <Failure error={on ? remove.error : begin.error} />
        <Button kind={on ? "danger" : "main"} type="submit" busy={begin.isPending || remove.isPending}>
          {on ? "Take it off" : "Set it up"}
        </Button>
      </Form>
    </Panel>
  );
}

function Logins() {
  const logins = useQuery({ queryKey: ["logins"], queryFn: () => ask("GET /api/v1/account/logins") });
  const end = useMutation({
    mutationFn: (login_id: string) => ask("DELETE /api/v1/account/logins/{login_id}", { path: { login_id } }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["logins"] }),
  });
  const columns: Column<LoginView>[] = [
    { name: "Browser", cell: (row) => <span title={row.agent}>{row.agent || "–"}</span> },
    { name: "From", cell: (row) => row.address },
    { name: "Began", wide: true, cell: (row) => moment(row.created_at) },
    { name: "Seen", wide: true, cell: (row) => moment(row.seen_at) },
    { name: "By", wide: true, cell: (row) => row.method },
    {
      name: "End",
      cell: (row) =>
        row.current ? (
          "This one"
        ) : (
          <Button kind="quiet" busy={end.isPending} onClick={() => end.mutate(row.id)}>
            End it
          </Button>
        ),
    },
  ];
  return (
    <Panel title="My sessions">
      <Failure error={logins.error ?? end.error} />
      <Table label="My sessions" columns={columns} rows={logins.data?.items ?? []} rowKey={(row) => row.id} empty={logins.isPending ? "Loading…" : "None."} tall={10} />
    </Panel>
  );
}
