// What the words of stations mean to an operator: their tone, and how they are said.
import type { Tone } from "@shared/ui/parts";
import type { CommandState, ConnectorStatus, Session, Station } from "@shared/api/schema";

export const CONNECTOR: Record<ConnectorStatus, [Tone, string]> = {
  Available: ["good", "Available"],
  Preparing: ["wait", "Preparing"],
  Charging: ["busy", "Charging"],
  Occupied: ["busy", "Occupied"],
  SuspendedEV: ["wait", "Paused by the car"],
  SuspendedEVSE: ["wait", "Paused by the station"],
  Finishing: ["wait", "Finishing"],
  Reserved: ["wait", "Reserved"],
  Unavailable: ["off", "Out of service"],
  Faulted: ["bad", "Faulted"],
};

const FLOW: Record<string, [Tone, string]> = {
  Charging: ["busy", "Charging"],
  SuspendedEV: ["wait", "Paused by the car"],
  SuspendedEVSE: ["wait", "Paused by the station"],
  EVConnected: ["wait", "Car connected"],
  Idle: ["wait", "Idle"],
};

export const COMMAND: Record<CommandState, [Tone, string]> = {
  queued: ["wait", "Waiting to be sent"],
  sent: ["wait", "Sent, no answer yet"],
  accepted: ["good", "Accepted"],
  rejected: ["bad", "Rejected by the station"],
  error: ["bad", "The station answered with an error"],
  "timed-out": ["bad", "The station did not answer in time"],
  unknown: ["bad", "Unknown: the connection broke before an answer"],
  expired: ["off", "Expired before it could be sent"],
};

/** How a session is. */
export function flow(session: Session): [Tone, string] {
  if (!session.active) return ["off", "Ended"];
  if (session.charging_state === null) return session.power_w ? FLOW.Charging! : ["wait", "Open"]; // 1.6 does not say
  return FLOW[session.charging_state] ?? ["busy", session.charging_state];
}

/** How a station is, as a whole. */
export function standing(station: Station): [Tone, string] {
  if (station.registration !== "Accepted") return [station.registration === "Pending" ? "wait" : "bad", station.registration];
  if (!station.online) return ["off", station.connected_at ? "Offline" : "Never connected"];
  return station.connectors.some(({ status }) => status === "Faulted") ? ["bad", "Faulted"] : ["good", "Online"];
}

export const place = ({ evse, connector }: { evse: number | null; connector: number | null }): string =>
  evse === null ? "–" : evse === 0 ? "Station" : connector === null || connector === 1 ? `EVSE ${evse}` : `EVSE ${evse} · ${connector}`;

export const FLAGS: Record<string, string> = {
  orphan: "The start of this session never came.",
  gap: "Events are missing.",
  "meter-backwards": "The meter ran backwards.",
  clock: "The station's clock cannot be right.",
  "id-reused": "Another session began under the same id.",
  "stop-differs": "Two ends came that say different things.",
  "no-id": "The station never learnt the session's number.",
};

/** Why a station was not let in, and what helps. */
export function remedy(reason: string, status: number): string {
  if (status === 404) return "No station with this identity was added. Look at the last part of the URL.";
  if (/password/i.test(reason)) return "The password in the station is not the one shown here. Enter it again, or make a new one.";
  if (/profile/i.test(reason)) return "The station uses another security profile than it was added with.";
  if (/certificate/i.test(reason)) return "The station's certificate was not taken.";
  if (/subprotocol|version/i.test(reason)) return "The station offers no version of OCPP that Busbar speaks: set it to 1.6J, 2.0.1 or 2.1.";
  if (status === 401) return "The station did not prove itself. Enter the identity as user name and the password shown here.";
  if (status === 429 || status === 503) return "Too many tries in a short time. Wait a moment.";
  return "Look at the station's own log for what it sent.";
}
