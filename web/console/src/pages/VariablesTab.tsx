import { ask } from "@shared/api/client";
import type { AttributeView, Station, VariableKey, VariableView } from "@shared/api/schema";
import { moment } from "@shared/format";
import { Badge, Button, Choice, Dialog, Fact, Failure, Field, Panel } from "@shared/ui/parts";
import { type Column, csv, save, Table } from "@shared/ui/table";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useCallback, useState } from "react";
import { Verdict } from "../commands";
import { client, useEvents, useRight } from "../state";

const MOST = 10_000;

/** The device model of a station (2.x), or its configuration keys (1.6), as it was last told. */
export function VariablesTab({ station }: { station: Station }) {
  const { identity } = station;
  const [words, setWords] = useState("");
  const [component, setComponent] = useState("");
  const [open, setOpen] = useState<VariableView>();
  const variables = useQuery({ queryKey: ["variables", identity], queryFn: () => read(identity) });
  useEvents(
    useCallback(
      (name, event) => {
        if (event.station === identity && name === "report.completed") void client.invalidateQueries({ queryKey: ["variables", identity] });
      },
      [identity],
    ),
  );
  const all = variables.data ?? [];
  const components = [...new Set(all.map(componentOf))].sort();
  const wanted = words.toLowerCase();
  const rows = all.filter(
    (row) =>
      (!component || componentOf(row) === component) &&
      (!wanted || `${componentOf(row)} ${nameOf(row)} ${row.attributes.map(({ value }) => value).join(" ")}`.toLowerCase().includes(wanted)),
  );
  const columns: Column<VariableView>[] = [
    ...(components.length > 1 ? [{ name: "Component", cell: componentOf, text: componentOf }] : []),
    { name: "Variable", cell: (row) => <strong>{nameOf(row)}</strong>, text: nameOf },
    { name: "Value", cell: (row) => <Value row={row} />, text: (row) => actual(row)?.value ?? "" },
    { name: "Unit", wide: true, cell: (row) => row.characteristics?.unit ?? "", text: (row) => row.characteristics?.unit ?? "" },
    { name: "Type", wide: true, cell: (row) => row.characteristics?.data_type ?? "–", text: (row) => row.characteristics?.data_type ?? "" },
    { name: "May be", wide: true, cell: (row) => actual(row)?.mutability ?? "–", text: (row) => actual(row)?.mutability ?? "" },
  ];
  return (
    <Panel title={station.version === "1.6" ? "Configuration" : "Device model"} side={<ReadAll station={station} />}>
      <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <Field label="Name or value" type="search" value={words} onChange={(event) => setWords(event.target.value)} />
        {components.length > 1 && (
          <Choice label="Component" value={component} onChange={(event) => setComponent(event.target.value)}>
            <option value="">All components</option>
            {components.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </Choice>
        )}
        <Button kind="quiet" disabled={!rows.length} onClick={() => save(`${identity}-variables.csv`, "text/csv", csv(columns, rows))}>
          Export CSV
        </Button>
      </form>
      <Failure error={variables.error} />
      <Table
        label="Variables"
        columns={columns}
        rows={rows}
        rowKey={(row) => `${componentOf(row)} ${nameOf(row)}`}
        onOpen={setOpen}
        empty={variables.isPending ? "Loading…" : all.length ? "No variable fits." : "Nothing is known yet: have the station read."}
        tall={20}
      />
      {open && <Editor station={station} row={open} close={() => setOpen(undefined)} />}
    </Panel>
  );
}

async function read(identity: string): Promise<VariableView[]> {
  const found: VariableView[] = [];
  let cursor: string | null | undefined = null;
  do {
    const page: { items: VariableView[]; next?: string | null } = await ask("GET /api/v1/stations/{identity}/variables", {
      path: { identity },
      query: { limit: 1000, cursor },
    });
    found.push(...page.items);
    cursor = page.next;
  } while (cursor && found.length < MOST);
  return found;
}

function componentOf(row: VariableView): string {
  if (row.component === null) return "–";
  const where = [row.evse, row.connector].filter((part) => part !== null).join(".");
  return [row.component, row.component_instance && `[${row.component_instance}]`, where && `@${where}`].filter(Boolean).join(" ");
}

const nameOf = (row: VariableView) => (row.variable_instance ? `${row.variable} [${row.variable_instance}]` : row.variable);
const actual = (row: VariableView): AttributeView | undefined => row.attributes.find(({ attribute }) => attribute === "Actual") ?? row.attributes[0];

function Value({ row }: { row: VariableView }) {
  const found = actual(row);
  if (!found) return <span className="muted">–</span>;
  return (
    <span className="value">
      {found.mutability === "WriteOnly" ? <span className="muted">is not shown</span> : (found.value ?? "–")}{" "}
      {found.pending && <Badge tone="wait">{`${found.pending} is pending`}</Badge>}
    </span>
  );
}

/** Have the station tell all: a 1.6 station answers at once, a 2.x one sends reports. */
function ReadAll({ station: { identity, version } }: { station: Station }) {
  const may = useRight("command");
  const path = { identity };
  const readAll = useMutation({
    mutationFn: async () => {
      if (version !== "1.6") return ask("POST /api/v1/stations/{identity}/commands/get-base-report", { path, body: { base: "FullInventory" } });
      await ask("POST /api/v1/stations/{identity}/variable-readings", { path, body: {} });
      await client.invalidateQueries({ queryKey: ["variables", identity] });
      return undefined;
    },
  });
  if (!may) return null;
  return (
    <div className="actions">
      <Verdict command={readAll.data} error={readAll.error} />
      <Button busy={readAll.isPending} onClick={() => readAll.mutate()}>
        Read from the station
      </Button>
    </div>
  );
}

function Editor({ station: { identity }, row, close }: { station: Station; row: VariableView; close: () => void }) {
  const may = useRight("configure");
  const found = actual(row);
  const about = row.characteristics;
  const [value, setValue] = useState(found?.value ?? "");
  const write = useMutation({
    mutationFn: () => {
      const key: VariableKey = { variable: row.variable };
      for (const field of ["component", "component_instance", "variable_instance", "evse", "connector"] as const) {
        if (row[field] !== null) Object.assign(key, { [field]: row[field] });
      }
      return ask("POST /api/v1/stations/{identity}/commands/set-variables", { path: { identity }, body: { variables: [{ ...key, value }] } });
    },
    onSettled: () => void client.invalidateQueries({ queryKey: ["variables", identity] }),
  });
  const choices = about?.values_list?.split(",") ?? (about?.data_type === "boolean" ? ["true", "false"] : null);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!write.isPending) write.mutate();
  }
  return (
    <Dialog title={nameOf(row)} onClose={close}>
      <dl className="facts">
        <Fact name="Component">{componentOf(row)}</Fact>
        <Fact name="Type">{about?.data_type ?? "–"}</Fact>
        <Fact name="Unit">{about?.unit ?? "–"}</Fact>
        <Fact name="Bounds">{about?.min_limit != null || about?.max_limit != null ? `${about?.min_limit ?? "…"} to ${about?.max_limit ?? "…"}` : "–"}</Fact>
        {row.attributes.map((each) => (
          <Fact key={each.attribute} name={each.attribute}>
            {each.value ?? "–"} {each.at && <span className="muted">{moment(each.at)}</span>}
          </Fact>
        ))}
      </dl>
      {may && found?.mutability !== "ReadOnly" && (
        <form onSubmit={submit}>
          {choices && about?.data_type !== "SequenceList" && about?.data_type !== "MemberList" ? (
            <Choice label="New value" value={value} onChange={(event) => setValue(event.target.value)}>
              {[...new Set([value, ...choices])].map((choice) => (
                <option key={choice}>{choice}</option>
              ))}
            </Choice>
          ) : (
            <Field label="New value" maxLength={2500} spellCheck={false} value={value} onChange={(event) => setValue(event.target.value)} hint={about?.values_list && `Of: ${about.values_list}`} />
          )}
          <Verdict command={write.data} error={write.error} />
          {write.data?.variables.map((each) => (
            <p key={each.variable} role="status">
              {each.variable}: {each.status}
            </p>
          ))}
          <div className="actions">
            <Button onClick={close}>Close</Button>
            <Button kind="main" type="submit" busy={write.isPending}>
              Write to the station
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
