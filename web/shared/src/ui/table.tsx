// A table that draws only the rows in sight, however many there are, and asks for more near its end.
import { type KeyboardEvent, type ReactNode, type UIEvent, useEffect, useLayoutEffect, useRef, useState } from "react";

export interface Column<T> {
  name: string;
  cell: (row: T) => ReactNode;
  /** Numbers stand at the right. */
  numeric?: boolean;
  /** Left out where there is little room. */
  wide?: boolean;
  /** What is exported; without it the column is not. */
  text?: (row: T) => string | number | null;
}

interface Props<T> {
  label: string;
  columns: Column<T>[];
  rows: T[];
  rowKey: (row: T) => string | number;
  more?: (() => void) | undefined;
  empty: ReactNode;
  onOpen?: (row: T) => void;
  /** Rows in sight at most; all others are scrolled to. */
  tall?: number;
}

const ROW = 34;
const SPARE = 8;

export function Table<T>({ label, columns, rows, rowKey, more, empty, onOpen, tall = 20 }: Props<T>) {
  const frame = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(ROW * tall);
  useLayoutEffect(() => {
    if (!frame.current) return;
    setHeight(frame.current.clientHeight);
    setTop(frame.current.scrollTop); // a list that grew shorter was moved without a word
  }, [rows.length]);
  const first = Math.max(0, Math.floor(top / ROW) - SPARE);
  const last = Math.min(rows.length, Math.ceil((top + height) / ROW) + SPARE);
  useEffect(() => {
    if (last >= rows.length) more?.();
  }, [last, rows.length, more]);

  function move(event: KeyboardEvent<HTMLTableSectionElement>) {
    const row = (event.target as HTMLElement).closest("tr");
    const to = { ArrowDown: row?.nextElementSibling, ArrowUp: row?.previousElementSibling }[event.key];
    if (to instanceof HTMLElement && to.tabIndex >= 0) {
      event.preventDefault();
      to.focus();
    }
  }

  if (!rows.length) return <p className="empty">{empty}</p>;
  return (
    <div
      className="table"
      ref={frame}
      style={{ maxHeight: ROW * (tall + 1) }}
      tabIndex={0}
      role="group"
      aria-label={label}
      onScroll={(event: UIEvent<HTMLDivElement>) => setTop(event.currentTarget.scrollTop)}
    >
      <table aria-rowcount={more ? -1 : rows.length + 1}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} scope="col" className={classes(column)}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={move}>
          {first > 0 && <tr aria-hidden="true" style={{ height: first * ROW }} />}
          {rows.slice(first, last).map((row, index) => (
            <tr
              key={rowKey(row)}
              aria-rowindex={first + index + 2}
              {...(onOpen && {
                tabIndex: 0,
                className: "opens",
                onClick: () => !getSelection()?.toString() && onOpen(row),
                onKeyDown: (event) => {
                  if (event.key !== "Enter" || event.target !== event.currentTarget) return;
                  event.preventDefault(); // else the key also presses what gets the focus next
                  onOpen(row);
                },
              })}
            >
              {columns.map((column) => (
                <td key={column.name} className={classes(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
          {last < rows.length && <tr aria-hidden="true" style={{ height: (rows.length - last) * ROW }} />}
        </tbody>
      </table>
    </div>
  );
}

const classes = <T,>({ numeric, wide }: Column<T>) => [numeric && "numeric", wide && "wide"].filter(Boolean).join(" ");

/** Rows as CSV; what a spreadsheet would take for a formula is quoted with an apostrophe. */
export function csv<T>(columns: Column<T>[], rows: T[]): string {
  const kept = columns.filter((column) => column.text);
  const line = (cells: (string | number | null)[]) => cells.map(cellOf).join(",");
  return [line(kept.map((column) => column.name)), ...rows.map((row) => line(kept.map((column) => column.text!(row))))].join("\r\n");
}

function cellOf(value: string | number | null): string {
  if (typeof value !== "string") return value === null ? "" : String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Let the browser keep a text as a file. */
export function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}
