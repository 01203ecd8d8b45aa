import { ask } from "@shared/api/client";
import type { Site } from "@shared/api/schema";
import { navigate } from "@shared/router";
import { about, Button, Choice, Dialog, Failure, Field } from "@shared/ui/parts";
import { type Column, csv, save, Table } from "@shared/ui/table";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { client, useRight, useSites } from "../state";

const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone")];

/** The places where stations are. */
export function Sites() {
  const sites = useSites();
  const may = useRight("configure");
  const [open, setOpen] = useState<Site | "new">();
  const columns: Column<Site>[] = [
    { name: "Name", cell: (row) => <strong>{row.name}</strong>, text: (row) => row.name },
    { name: "Address", cell: (row) => row.address || "–", text: (row) => row.address },
    { name: "Time zone", wide: true, cell: (row) => row.timezone, text: (row) => row.timezone },
    {
      name: "Change",
      cell: (row) => (
        <Button
          kind="quiet"
          aria-label={`Change ${row.name}`}
          onClick={(event) => {
            event.stopPropagation();
            setOpen(row);
          }}
        >
          Change
        </Button>
      ),
    },
  ];
  return (
    <>
      <header className="page-head">
        <h1>Sites</h1>
        <div className="actions">
          <Button kind="quiet" disabled={!sites.length} onClick={() => save("sites.csv", "text/csv", csv(columns, sites))}>
            Export CSV
          </Button>
          {may && (
            <Button kind="main" onClick={() => setOpen("new")}>
              Add a site
            </Button>
          )}
        </div>
      </header>
      <Table
        label="Sites"
        columns={may ? columns : columns.slice(0, -1)}
        rows={sites}
        rowKey={(row) => row.id}
        onOpen={(row) => navigate(`/stations?site=${row.id}`)}
        empty="No site was added yet."
      />
      {open && (
        <Dialog title={open === "new" ? "Add a site" : `Change ${open.name}`} onClose={() => setOpen(undefined)}>
          <SiteForm {...(open !== "new" && { site: open })} done={() => setOpen(undefined)} />
          {open !== "new" && <Remove site={open} done={() => setOpen(undefined)} />}
        </Dialog>
      )}
    </>
  );
}

const refresh = () => client.invalidateQueries({ queryKey: ["sites"] });

/** What is said of a site: one to add, or one that is there. */
export function SiteForm({ site, done }: { site?: Site; done: () => void }) {
  const [name, setName] = useState(site?.name ?? "");
  const [address, setAddress] = useState(site?.address ?? "");
  const [timezone, setTimezone] = useState(() => site?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const body = { name: name.trim(), address: address.trim(), timezone };
  const keep = useMutation({
    mutationFn: () =>
      site ? ask("PATCH /api/v1/sites/{site_id}", { path: { site_id: site.id }, body }) : ask("POST /api/v1/sites", { body }),
    onSuccess: async () => {
      await refresh();
      done();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!keep.isPending) keep.mutate();
  }
  return (
    <form onSubmit={submit}>
      <Field label="Name" required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} error={about(keep.error, "name")} />
      <Field label="Address" maxLength={300} autoComplete="street-address" value={address} onChange={(event) => setAddress(event.target.value)} error={about(keep.error, "address")} />
      <Choice label="Time zone" value={timezone} onChange={(event) => setTimezone(event.target.value)} error={about(keep.error, "timezone")} hint="It counts for prices and reports.">
        {[...new Set([timezone, ...ZONES])].map((zone) => (
          <option key={zone}>{zone}</option>
        ))}
      </Choice>
      <Failure error={keep.error} fields={["name", "address", "timezone"]} />
      <Button kind="main" type="submit" busy={keep.isPending}>
        {site ? "Keep the changes" : "Add the site"}
      </Button>
    </form>
  );
}

function Remove({ site, done }: { site: Site; done: () => void }) {
  const remove = useMutation({
    mutationFn: () => ask("DELETE /api/v1/sites/{site_id}", { path: { site_id: site.id } }),
    onSuccess: async () => {
      await refresh();
      done();
    },
  });
  return (
    <div className="waiting">
      <Failure error={remove.error} />
      <Button kind="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
        Remove the site
      </Button>
      <p className="hint">Only a site without stations can be removed.</p>
    </div>
  );
}
