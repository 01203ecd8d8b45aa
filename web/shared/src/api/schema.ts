// Generated from the OpenAPI document by tools/gen_client.py. Do not edit.

export interface AccessDefault {
  organisation_id?: number;
  site_id: number;
  effect: Effect;
}

export interface AccessDefaultPage {
  items: AccessDefault[];
  next?: string | null;
}

export interface AccessPoint {
  apn: string;
  authentication?: string;
  user?: string | null;
  password?: string | null;
  sim_pin?: number | null;
  preferred_network?: string | null;
  only_preferred_network?: boolean | null;
}

export interface AccessRule {
  organisation_id?: number;
  id?: number | null;
  effect: Effect;
  token?: string | null;
  group?: string | null;
  site_id?: number | null;
  station_id?: number | null;
  evses?: number[];
  windows?: Window[];
  label?: string;
  connector_types?: string[] | null;
  kinds?: EvseKind[] | null;
}

export interface AccessRulePage {
  items: AccessRule[];
  next?: string | null;
}

export interface Account {
  id: string;
  name: string;
  organisation_id: number;
  platform: boolean;
  user_id: number | null;
  grants: Grant[];
  rights: Right[];
  second_factor: boolean;
}

export interface Address {
  name: string;
  address1: string;
  city: string;
  country: string;
  address2?: string | null;
  postal_code?: string | null;
}

export interface Adjustment {
  interval_s?: number | null;
  values?: number | null;
  id: number;
}

export type Algorithm = "SHA256" | "SHA384" | "SHA512";

export interface AllowTransfer {
  transaction_id: string;
  modes: string[];
}

export interface Amount {
  excl_tax?: string | null;
  incl_tax?: string | null;
  taxes?: Tax[];
}

export interface ApiKey {
  id: string;
  label: string;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  grants: Grant[];
}

export interface ApiKeyInput {
  label: string;
  expires_at?: string | null;
  grants?: GrantInput[] | null;
}

export interface ApiKeyPage {
  items: ApiKey[];
  next?: string | null;
}

export interface AskMessages {
  ids?: number[];
  priority?: Priority | null;
  state?: DisplayState | null;
}

export interface AskTransaction {
  transaction_id?: string | null;
}

export interface Assignment {
  id: number;
  tariff_id: number;
  site_id: number | null;
  station: string | null;
  evse: number | null;
  token: string | null;
  ad_hoc: boolean;
  show_running: boolean;
  update_every_s: number | null;
  send: boolean;
}

export interface AssignmentInput {
  tariff_id: number;
  site_id?: number | null;
  station?: string | null;
  evse?: number | null;
  token?: string | null;
  ad_hoc?: boolean;
  show_running?: boolean;
  update_every_s?: number | null;
  send?: boolean;
}

export interface AssignmentPage {
  items: Assignment[];
  next?: string | null;
}

export interface AttributeView {
  attribute: string;
  mutability?: string | null;
  persistent?: boolean | null;
  constant?: boolean | null;
  value?: string | null;
  at?: string | null;
  source?: string | null;
  pending?: string | null;
}

export interface AuditView {
  id: number;
  at: string;
  actor: string;
  actor_name: string;
  route: string;
  path: string;
  object: string;
  status: number;
  outcome: string;
  detail: string;
  address: string;
}

export interface AuditViewPage {
  items: AuditView[];
  next?: string | null;
}

export type Authentication = "none" | "url" | "station";

export type AuthorizationStatus = "Accepted" | "Blocked" | "Expired" | "Invalid" | "ConcurrentTx" | "NoCredit" | "NotAllowedTypeEVSE" | "NotAtThisLocation" | "NotAtThisTime" | "Unknown";

export interface Availability {
  operative: boolean;
  evse?: number | null;
  connector?: number | null;
}

export interface AvailabilityIntent {
  organisation_id?: number;
  station_id: number;
  evse: number;
  connector: number;
  operative: boolean;
  wanted_at: string;
  requested_by?: string;
  restore?: boolean;
  status?: string | null;
  ordered_at?: string | null;
  answered_at?: string | null;
}

export interface AvailabilityIntentPage {
  items: AvailabilityIntent[];
  next?: string | null;
}

export interface BaseReport {
  base?: reports_Base;
}

export interface Battery {
  evse: number;
  serial: string;
  soc_pct: number;
  soh_pct: number;
  produced_at?: string | null;
  vendor_info?: string | null;
}

export interface Beginning {
  url: string;
}

export interface Behind {
  station: string;
  controller: string;
  since: string;
}

export interface BehindPage {
  items: Behind[];
  next?: string | null;
}

export interface BootSettings {
  heartbeat_interval_s?: number | null;
  retry_interval_s?: number | null;
}

export interface CallTask {
  action: string;
  payload: Record<string, unknown>;
  kind: "call";
}

export interface Calls {
  version: Version;
  actions: string[];
}

export interface CampaignChange {
  id: number;
  state: string;
  stage: number;
  total: number;
  counts: Record<string, number>;
}

export interface CampaignInput {
  name: string;
  work: FirmwareTask | ConfigurationTask | CertificateTask | CallTask;
  selection: SelectionInput;
  ends_at: string;
  starts_at?: string | null;
  stages?: StageInput[];
  pause_s?: number;
  confirm_stages?: boolean;
  concurrency?: number;
  halt_after?: number | null;
  halt_pct?: number | null;
}

export type CampaignState = "preparing" | "running" | "paused" | "halted" | "stopping" | "stopped" | "finished" | "empty";

export interface CampaignStation {
  station: string;
  position: number;
  state: MemberState;
  reason: string;
  attempt: number;
  firmware_update: number | null;
  sent_at: string | null;
  updated_at: string;
}

export interface CampaignStationPage {
  items: CampaignStation[];
  next?: string | null;
}

export interface CampaignView {
  id: number;
  name: string;
  kind: string;
  state: CampaignState;
  reason: string;
  stage: number;
  stages: number;
  stage_ended_at: string | null;
  total: number;
  counts: Record<string, number>;
  concurrency: number;
  starts_at: string;
  ends_at: string;
  created_at: string;
  created_by: string;
}

export interface CampaignViewPage {
  items: CampaignView[];
  next?: string | null;
}

export interface Certificate {
  algorithm: Algorithm;
  issuer_name_hash: string;
  issuer_key_hash: string;
  serial: string;
}

export interface CertificateRevocation {
  fingerprint: string;
  station: string;
  serial_number: string;
  reason: string;
  requested_at: string;
  requested_by: string;
  pending: boolean;
  done_at: string | null;
  error: string | null;
}

export interface CertificateRevocationInput {
  reason?: pki_revocation_Reason;
}

export interface CertificateRevocationPage {
  items: CertificateRevocation[];
  next?: string | null;
}

export interface CertificateTask {
  message?: string;
  kind: "certificate";
}

export type CertificateUse = "CSMSRootCertificate" | "ManufacturerRootCertificate" | "V2GRootCertificate" | "MORootCertificate" | "OEMRootCertificate" | "V2GCertificateChain";

export interface CertificateView {
  station: string;
  fingerprint: string;
  use: SigningUse | null;
  subject: string;
  issuer: string;
  serial_number: string;
  not_before: string;
  not_after: string;
  state: HolderState;
  detail: string | null;
  at: string;
  used: boolean;
}

export interface CertificateViewPage {
  items: CertificateView[];
  next?: string | null;
}

export interface Characteristics {
  data_type: string;
  supports_monitoring: boolean;
  unit?: string | null;
  min_limit?: number | null;
  max_limit?: number | null;
  max_elements?: number | null;
  values_list?: string | null;
}

export interface ChargingProfile {
  id?: number | null;
  stack_level: number;
  purpose: ProfilePurpose;
  kind: ProfileKind;
  schedules: ChargingSchedule[];
  recurrency_kind?: string | null;
  valid_from?: string | null;
  valid_to?: string | null;
  transaction_id?: string | null;
  max_offline_duration?: number | null;
  invalid_after_offline_duration?: boolean | null;
  dyn_update_interval?: number | null;
  dyn_update_time?: string | null;
  price_schedule_signature?: string | null;
}

export interface ChargingSchedule {
  unit: RateUnit;
  periods: SchedulePeriod[];
  id?: number | null;
  start_schedule?: string | null;
  duration?: number | null;
  min_charging_rate?: number | null;
  limit_at_soc?: Record<string, number> | null;
  power_tolerance?: number | null;
  signature_id?: number | null;
  digest_value?: string | null;
  use_local_time?: boolean | null;
  randomized_delay?: number | null;
  sales_tariff?: Record<string, unknown> | null;
  absolute_price_schedule?: Record<string, unknown> | null;
  price_level_schedule?: Record<string, unknown> | null;
}

export interface Choice {
  base: string | null;
  base_at: string | null;
  level: number | null;
  level_at: string | null;
}

export interface ClearProfile {
  profile_id?: number | null;
  evse?: number | null;
  purpose?: ProfilePurpose | null;
  stack_level?: number | null;
}

export interface ClearedTariffs {
  tariffs?: string[];
  evse?: number | null;
}

export interface Command {
  id: string;
  station: string;
  action: string;
  payload: Record<string, unknown>;
  state: CommandState;
  status: string | null;
  error: string | null;
  error_description: string | null;
  answer: Record<string, unknown> | null;
  variables: Variable[];
  requested_by: string;
  survives_reconnect: boolean;
  created_at: string;
  expires_at: string;
  sent_at: string | null;
  finished_at: string | null;
}

export interface CommandPage {
  items: Command[];
  next?: string | null;
}

export type CommandState = "queued" | "sent" | "accepted" | "rejected" | "error" | "timed-out" | "unknown" | "expired";

export interface CompositeView {
  evse: number;
  at: string;
  duration: number;
  schedule: ChargingSchedule;
}

export interface CompositeViewPage {
  items: CompositeView[];
  next?: string | null;
}

export interface Conditions {
  start_time_of_day?: string | null;
  end_time_of_day?: string | null;
  day_of_week?: Weekday[];
  valid_from_date?: string | null;
  valid_to_date?: string | null;
  evse_kind?: EvseKind | null;
  min_energy?: string | null;
  max_energy?: string | null;
  min_current?: string | null;
  max_current?: string | null;
  min_power?: string | null;
  max_power?: string | null;
  min_time?: number | null;
  max_time?: number | null;
  min_charging_time?: number | null;
  max_charging_time?: number | null;
  min_idle_time?: number | null;
  max_idle_time?: number | null;
  payment_brand?: string | null;
  payment_recognition?: string | null;
}

export interface ConfigurationTask {
  variables: VariableValue[];
  kind: "configuration";
}

export interface Confirmation {
  code: string;
}

export interface Connection {
  url: string;
  interface?: string;
  message_timeout_s?: number;
}

export interface Connector {
  evse: number;
  connector: number;
  status: ConnectorStatus;
  changed_at: string;
  error?: string | null;
  info?: string | null;
  vendor_error?: string | null;
}

export type ConnectorStatus = "Available" | "Occupied" | "Preparing" | "Charging" | "SuspendedEVSE" | "SuspendedEV" | "Finishing" | "Reserved" | "Unavailable" | "Faulted";

export interface ControlChoice {
  default: boolean;
  type?: ControlType | null;
  id?: string | null;
}

export interface ControlFilter {
  default?: boolean | null;
  type?: ControlType | null;
  id?: string | null;
}

export interface ControlInput {
  type: ControlType;
  settings: Record<string, unknown>;
  default?: boolean;
  id?: string | null;
}

export type ControlType = "EnterService" | "FreqDroop" | "FreqWatt" | "FixedPFAbsorb" | "FixedPFInject" | "FixedVar" | "Gradients" | "HFMustTrip" | "HFMayTrip" | "HVMustTrip" | "HVMomCess" | "HVMayTrip" | "LimitMaxDischarge" | "LFMustTrip" | "LVMustTrip" | "LVMomCess" | "LVMayTrip" | "PowerMonitoringMustTrip" | "VoltVar" | "VoltWatt" | "WattPF" | "WattVar";

export interface ControllerInput {
  controller: string;
}

export interface Cost {
  currency: string;
  kind: CostKind;
  excl_tax: string;
  incl_tax: string;
  lines: Record<string, Amount>;
  energy_wh: string;
  charging_s: number;
  idle_s: number;
  reservation_s: number;
  periods?: Share[];
}

export interface CostDetail {
  session: number;
  station: string;
  tariff_id: number;
  version: number;
  currency: string;
  excl_tax: string;
  incl_tax: string;
  final: boolean;
  updated_at: string;
  cost: Cost;
  tariff: Tariff;
  reported_tariff: string | null;
  reported: Record<string, unknown> | null;
}

export type CostKind = "NormalCost" | "MinCost" | "MaxCost";

export interface CostSummary {
  session: number;
  station: string;
  tariff_id: number;
  version: number;
  currency: string;
  excl_tax: string;
  incl_tax: string;
  final: boolean;
  updated_at: string;
}

export interface CostSummaryPage {
  items: CostSummary[];
  next?: string | null;
}

export interface Credentials {
  key?: string | null;
  email?: string | null;
  password?: string | null;
  code?: string | null;
}

export interface Customer {
  report?: boolean;
  clear?: boolean;
  token?: string | null;
  token_kind?: string | null;
  certificate?: Certificate | null;
  identifier?: string | null;
}

export interface Default {
  effect: Effect;
}

export interface DefaultTariff {
  tariff_id: number;
  evse?: number;
}

export interface DeleteInput {
  hash_algorithm: HashAlgorithm;
  issuer_name_hash: string;
  issuer_key_hash: string;
  serial_number: string;
  force?: boolean;
}

export type DeliveryState = "pending" | "delivered" | "failed";

export interface DeliveryView {
  id: number | null;
  webhook_id: number;
  event_id: number;
  event: string;
  state: DeliveryState;
  attempts: number;
  answer: string;
  created_at: string;
  next_at: string;
  finished_at: string | null;
}

export interface DeliveryViewPage {
  items: DeliveryView[];
  next?: string | null;
}

export interface Difference {
  variable: string;
  component: string | null;
  variable_instance: string | null;
  component_instance: string | null;
  evse: number | null;
  connector: number | null;
  attribute: string;
  wanted: string;
  known: boolean;
  value: string | null;
}

export type DisplayState = "Charging" | "Faulted" | "Idle" | "Unavailable" | "Suspended" | "Discharging";

export interface DriftViewPage {
  items: templates_DriftView[];
  next?: string | null;
}

export interface EVScheduleView {
  evse: number;
  at: string;
  transaction_id: string | null;
  time_base: string;
  selected_schedule_id: number | null;
  power_tolerance_accepted: boolean | null;
  accepted: boolean;
  schedule: ChargingSchedule;
}

export interface EVScheduleViewPage {
  items: EVScheduleView[];
  next?: string | null;
}

export type Effect = "allow" | "deny";

export type EnergyTransfer = "AC_single_phase" | "AC_two_phase" | "AC_three_phase" | "DC" | "AC_BPT" | "AC_BPT_DER" | "AC_DER" | "DC_BPT" | "DC_ACDP" | "DC_ACDP_BPT" | "WPT";

export interface Enrolment {
  secret: string;
  uri: string;
}

export interface EventLogInput {
  keep_hours: number;
}

export interface EventLogView {
  keep_hours: number;
  since: string;
}

export type EventOrigin = "station" | "csms";

export interface EventView {
  id: number;
  station: string;
  event_id: number;
  at: string;
  received_at: string;
  trigger: string;
  origin: string;
  component: string | null;
  component_instance: string | null;
  variable: string;
  variable_instance: string | null;
  evse: number | null;
  connector: number | null;
  value: string;
  cause: number | null;
  tech_code: string | null;
  tech_info: string | null;
  cleared: boolean;
  transaction_id: string | null;
  monitor_id: number | null;
  severity: number | null;
}

export interface EventViewPage {
  items: EventView[];
  next?: string | null;
}

export type EvseKind = "AC" | "DC";

export interface Exclusion {
  token: string;
  at: string;
}

export interface ExclusionPage {
  items: Exclusion[];
  next?: string | null;
}

export interface Explanation {
  organisation_id?: number;
  id?: number | null;
  station_id: number;
  token: string;
  occasion: string;
  status: AuthorizationStatus;
  rules?: number[];
  why: string;
  at: string;
}

export interface ExplanationPage {
  items: Explanation[];
  next?: string | null;
}

export interface FaultView {
  station: string;
  evse: number;
  connector: number;
  error: string | null;
  changed_at: string;
}

export interface FirmwareTask {
  image_id: number;
  retrieve_at?: string | null;
  install_at?: string | null;
  retries?: number | null;
  retry_interval_s?: number | null;
  kind: "firmware";
}

export interface GetComposite {
  evse: number;
  duration: number;
  unit?: RateUnit | null;
}

export interface GetProfiles {
  evse?: number | null;
  profile_ids?: number[];
  purpose?: ProfilePurpose | null;
  stack_level?: number | null;
  sources?: string[];
}

export interface GetVariables {
  variables?: VariableKey[];
}

export interface Grant {
  role: Role;
  sites?: number[] | null;
}

export interface GrantInput {
  role: Role;
  sites?: number[] | null;
}

export interface GridAlarm {
  id: number;
  station: string;
  control_type: string;
  at: string;
  received_at: string;
  fault: string | null;
  ended: boolean;
  info: string | null;
}

export interface GridAlarmPage {
  items: GridAlarm[];
  next?: string | null;
}

export interface GroupInput {
  label?: string;
  master_pass?: boolean;
  concurrent?: number | null;
}

export type HashAlgorithm = "SHA256" | "SHA384" | "SHA512";

export interface HashView {
  hash_algorithm: HashAlgorithm;
  issuer_name_hash: string;
  issuer_key_hash: string;
  serial_number: string;
}

export interface Health {
  status: string;
  loop_lag_s: number;
}

export interface HeldControl {
  id: string;
  type: ControlType;
  default: boolean;
  held: boolean;
  status: string;
  at: string;
  superseded_by: string | null;
  running: boolean | null;
  settings: Record<string, unknown>;
}

export interface HeldControlPage {
  items: HeldControl[];
  next?: string | null;
}

export interface HeldMessage {
  id: number;
  held: boolean;
  status: string;
  at: string;
  message: model_display_Message;
}

export interface HeldMessagePage {
  items: HeldMessage[];
  next?: string | null;
}

export type HeldState = "held" | "cleared" | "missing" | "ended" | "expired";

export interface HeldTariffView {
  tariff: string;
  evse: number;
  kind: string;
  held: boolean;
  status: string;
  valid_from: string | null;
  tokens: string[];
  at: string;
}

export interface HeldTariffViewPage {
  items: HeldTariffView[];
  next?: string | null;
}

export interface HeldView {
  evse: number;
  state: HeldState;
  changed_at: string;
  source: string;
  reported_at: string | null;
  profile: ChargingProfile;
}

export interface HeldViewPage {
  items: HeldView[];
  next?: string | null;
}

export type HolderState = "accepted" | "rejected" | "unknown" | "discarded";

export interface IdentityView {
  provider: string;
  issuer: string;
  subject: string;
  created_at: string;
}

export interface IdentityViewPage {
  items: IdentityView[];
  next?: string | null;
}

export interface Image {
  id: number;
  name: string;
  vendor: string;
  model: string | null;
  version: string;
  size: number;
  sha256: string;
  md5: string;
  signed: boolean;
  verified: string | null;
  uploaded_at: string;
  uploaded_by: string;
}

export interface ImagePage {
  items: Image[];
  next?: string | null;
}

export interface Imported {
  stored: number;
}

export interface Information {
  request_id: number;
  state: ReportState;
  missing: number[];
  data: string;
  expires_at: string | null;
}

export interface InstallInput {
  use: CertificateUse;
  certificate?: string | null;
  root?: string | null;
}

export interface InstallationView {
  use: CertificateUse;
  fingerprint: string;
  status: string;
  at: string;
}

export interface InstalledView {
  use: CertificateUse;
  certificate: HashView;
  children: HashView[];
}

export type Interface = "Wired0" | "Wired1" | "Wired2" | "Wired3" | "Wireless0" | "Wireless1" | "Wireless2" | "Wireless3" | "Any";

export interface Invitation {
  user: UserView;
  ticket: string;
  expires_at: string;
}

export type Kind = "UpperThreshold" | "LowerThreshold" | "Delta" | "Periodic" | "PeriodicClockAligned" | "TargetDelta" | "TargetDeltaRelative";

export interface Limit {
  organisation_id?: number;
  id?: number | null;
  token?: string | null;
  group?: string | null;
  period: Period;
  energy_wh?: number | null;
  cost_minor?: number | null;
  currency?: string | null;
  sessions?: number | null;
  time_s?: number | null;
  stop?: boolean;
  label?: string;
}

export interface LimitInput {
  token?: string | null;
  group?: string | null;
  period: Period;
  energy_wh?: number | null;
  cost_minor?: number | null;
  currency?: string | null;
  sessions?: number | null;
  time_s?: number | null;
  stop?: boolean;
  label?: string;
}

export interface LimitPage {
  items: Limit[];
  next?: string | null;
}

export interface LimitView {
  evse: number;
  source: string;
  at: string;
  grid_critical: boolean | null;
  local_generation: boolean | null;
  cleared_at: string | null;
  schedules: ChargingSchedule[];
}

export interface LimitViewPage {
  items: LimitView[];
  next?: string | null;
}

export interface ListInput {
  uses?: CertificateUse[];
}

export interface ListView {
  station: string;
  automatic: boolean;
  entries: number;
  sent_version: number | null;
  sent_at: string | null;
  answered_version: number | null;
  answer: string | null;
  told_version: number | null;
  in_step: boolean;
}

export interface LiveEvent {
  station: string;
  site_id: number | null;
  at: string;
  version?: string | null;
  reason?: string | null;
  vendor?: string | null;
  model?: string | null;
  registration?: string | null;
  connector?: Connector | null;
  session?: Session | null;
  command?: Command | null;
  detail?: Record<string, unknown> | null;
  request?: RequestChange | null;
  campaign?: CampaignChange | null;
}

export interface Log {
  id: number;
  station: string;
  state: RequestState;
  answer: string | null;
  status: string | null;
  detail: string;
  steps: Step[];
  requested_by: string;
  created_at: string;
  updated_at: string;
  command?: Command | null;
  kind: LogKind;
  location: string;
  oldest: string | null;
  latest: string | null;
  filename: string | null;
  files?: LogFile[];
}

export interface LogFile {
  id: string;
  name: string;
  size: number;
  sha256: string;
  received_at: string;
  expires_at: string | null;
}

export interface LogInput {
  kind?: LogKind;
  location?: string | null;
  authentication?: Authentication;
  oldest?: string | null;
  latest?: string | null;
  retries?: number | null;
  retry_interval_s?: number | null;
}

export type LogKind = "DiagnosticsLog" | "SecurityLog" | "DataCollectorLog";

export interface LogPage {
  items: Log[];
  next?: string | null;
}

export interface LoginView {
  id: string;
  created_at: string;
  seen_at: string;
  expires_at: string;
  address: string;
  agent: string;
  method: string;
  current: boolean;
}

export interface LoginViewPage {
  items: LoginView[];
  next?: string | null;
}

export type MemberState = "pending" | "offline" | "sent" | "accepted" | "in-progress" | "done" | "failed" | "skipped" | "missed";

export interface MessagePage {
  items: api_models_Message[];
  next?: string | null;
}

export interface MeterValue {
  station: string;
  session: number | null;
  evse: number | null;
  connector: number | null;
  at: string;
  received_at: string;
  energy_wh: number | null;
  power_w: number | null;
  soc_pct: number | null;
  samples: Sample[];
}

export interface MeterValuePage {
  items: MeterValue[];
  next?: string | null;
}

export interface MonitorBatch {
  complete: boolean;
  commands: Command[];
  results: MonitorResult[];
}

export interface MonitorIds {
  ids: number[];
}

export interface MonitorInput {
  component: string;
  variable: string;
  variable_instance?: string | null;
  component_instance?: string | null;
  evse?: number | null;
  connector?: number | null;
  kind: Kind;
  value: number;
  severity: number;
  id?: number | null;
  transaction?: boolean;
  stream?: Rate | null;
}

export interface MonitorResult {
  id: number | null;
  status: string;
  component?: string | null;
  variable?: string | null;
  kind?: string | null;
}

export interface MonitorView {
  id: number;
  component: string | null;
  component_instance: string | null;
  variable: string;
  variable_instance: string | null;
  evse: number | null;
  connector: number | null;
  kind: string;
  value: number;
  severity: number;
  transaction: boolean;
  origin: string | null;
  interval_s: number | null;
  values: number | null;
  known_at: string;
  active: boolean;
}

export interface MonitorViewPage {
  items: MonitorView[];
  next?: string | null;
}

export interface MonitoringBase {
  base: monitoring_Base;
}

export interface MonitoringLevel {
  severity: number;
}

export interface MonitoringReport {
  criteria?: monitoring_Criterion[];
  selections?: Selected[];
}

export interface Monitors {
  monitors: MonitorInput[];
}

export type NameRule = "equals" | "contains";

export type NeedsPolicy = "refuse" | "profile" | "later";

export interface NeedsView {
  evse: number;
  at: string;
  transaction_id: string | null;
  energy_transfer: string;
  control_mode: string | null;
  departure_at: string | null;
  max_schedule_tuples: number | null;
  answer: string;
  needs: Record<string, unknown>;
}

export interface NeedsViewPage {
  items: NeedsView[];
  next?: string | null;
}

export interface NetworkProfile {
  slot: number;
  url: string;
  interface: Interface;
  message_timeout_s?: number;
  security_profile: number;
  version?: string | null;
  transport?: string;
  identity?: string | null;
  password?: string | null;
  access_point?: AccessPoint | null;
  private_network?: PrivateNetwork | null;
}

export interface NetworkSlotView {
  slot: number;
  url: string;
  version: string | null;
  interface: string;
  transport: string;
  message_timeout_s: number;
  security_profile: number;
  identity: string | null;
  has_password: boolean;
  apn: string | null;
  vpn: string | null;
  at: string;
}

export interface NetworkSlotViewPage {
  items: NetworkSlotView[];
  next?: string | null;
}

export interface NewApiKey {
  id: string;
  label: string;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  grants: Grant[];
  key: string;
}

export interface NewPassword {
  password?: string | null;
}

export interface NewWebhook {
  id: number | null;
  name: string;
  url: string;
  events: string[];
  active: boolean;
  created_at: string;
  secret: string;
}

export interface OrganisationInput {
  name: string;
}

export interface OrganisationView {
  id: number;
  name: string;
  created_at: string;
}

export interface OrganisationViewPage {
  items: OrganisationView[];
  next?: string | null;
}

export interface OverviewView {
  stations: number;
  online: number;
  pending: number;
  connectors: Record<string, number>;
  stale: number;
  active_sessions: number;
  power_w: number;
  begun: number;
  energy_wh: number;
  faults: FaultView[];
}

export interface Part {
  prices: Price[];
  taxes?: Tax[];
}

export interface PasswordChange {
  old: string;
  new: string;
}

export interface PasswordCheck {
  password?: string | null;
  url?: string | null;
  template?: string | null;
  shared_secret: string;
  validity_s?: number;
  length?: number;
}

export interface PasswordInput {
  password?: string | null;
}

export interface PasswordVerdict {
  valid: boolean;
  station?: string | null;
  evse?: number | null;
  roaming_evse?: string | null;
  limit?: StartLimit | null;
}

export interface PendingResetView {
  evse: number | null;
  kind: string;
  status: string;
  command: string;
  since: string;
}

export type Period = "session" | "day" | "month";

export interface Price {
  amount: string;
  conditions?: Conditions | null;
}

export type Priority = "AlwaysFront" | "InFront" | "NormalCycle";

export interface PriorityView {
  transaction_id: string;
  at: string;
  activated: boolean;
}

export interface PriorityViewPage {
  items: PriorityView[];
  next?: string | null;
}

export interface PrivateNetwork {
  server: string;
  user: string;
  password: string;
  key: string;
  kind: string;
  group?: string | null;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  errors?: { field: string; reason: string }[];
  id?: string;
  command?: Command;
}

export interface ProfileChange {
  profile: number;
  slot?: number | null;
  fallback?: number[];
  connection?: Connection | null;
  reset?: boolean;
}

export interface ProfileInput {
  language?: string | null;
  language2?: string | null;
  message?: string | null;
  message_format?: string;
  priority?: number | null;
  concurrent?: number | null;
  cache_s?: number | null;
  energy_transfers?: EnergyTransfer[] | null;
}

export type ProfileKind = "Absolute" | "Recurring" | "Relative" | "Dynamic";

export type ProfilePurpose = "ChargingStationExternalConstraints" | "ChargingStationMaxProfile" | "TxDefaultProfile" | "TxProfile" | "PriorityCharging" | "LocalGeneration";

export interface Proof {
  password: string;
}

export interface ProviderView {
  name: string;
  title: string;
  path: string;
}

export interface ProviderViewPage {
  items: ProviderView[];
  next?: string | null;
}

export interface Provisioning {
  settings: BootSettings;
  iccid: string | null;
  imsi: string | null;
  meter_type: string | null;
  meter_serial: string | null;
  pending_resets: PendingResetView[];
}

export interface Publication {
  id: number;
  station: string;
  state: RequestState;
  answer: string | null;
  status: string | null;
  detail: string;
  steps: Step[];
  requested_by: string;
  created_at: string;
  updated_at: string;
  command?: Command | null;
  location: string;
  checksum: string;
  image_id: number | null;
  locations: string[];
}

export interface PublicationPage {
  items: Publication[];
  next?: string | null;
}

export interface PublishInput {
  image_id?: number | null;
  location?: string | null;
  checksum?: string | null;
  retries?: number | null;
  retry_interval_s?: number | null;
}

export interface Question {
  token: string;
  token_kind?: string | null;
  station: string;
  evse?: number | null;
  at?: string | null;
  starting?: boolean;
}

export interface Rate {
  interval_s?: number | null;
  values?: number | null;
}

export type RateUnit = "W" | "A";

export interface Reading {
  variables?: VariableKey[];
}

export interface Ready {
  status: string;
  parts: Record<string, string>;
}

export interface ReceiptServer {
  url: string;
}

export interface RecoveryCodes {
  codes: string[];
}

export interface Redemption {
  ticket: string;
  password: string;
}

export interface RefusalView {
  station: string | null;
  identity: string;
  reason: string;
  status: number;
  count: number;
  first_at: string;
  last_at: string;
  address: string;
}

export interface RefusalViewPage {
  items: RefusalView[];
  next?: string | null;
}

export type RegistrationStatus = "Accepted" | "Pending" | "Rejected";

export interface RemoteStartPage {
  items: csms_records_remote_starts_RemoteStart[];
  next?: string | null;
}

export interface RemoteStop {
  transaction_id: string;
}

export interface ReplayInput {
  since: string;
  until?: string | null;
}

export interface Report {
  criteria?: reports_Criterion[];
  selections?: Selected[];
}

export type ReportState = "requested" | "partial" | "complete" | "empty" | "refused" | "unknown";

export interface ReportView {
  subject: Subject;
  request_id: number;
  kind: string | null;
  state: ReportState;
  status: string | null;
  items: number;
  parts: number;
  missing: number[];
  command: string | null;
  asked_at: string | null;
  last_at: string | null;
}

export interface ReportViewPage {
  items: ReportView[];
  next?: string | null;
}

export interface RequestChange {
  id: number;
  state: string;
  status?: string | null;
  detail?: string;
}

export type RequestState = "requested" | "refused" | "accepted" | "under-way" | "done" | "failed" | "canceled" | "unanswered";

export interface RequestView {
  id: number;
  station: string;
  use: SigningUse | null;
  state: SigningState;
  holder: HolderState | null;
  requested_at: string;
  asked: number;
  attempts: number;
  next_try_at: string;
  error: string | null;
  issued_at: string | null;
  fingerprint: string | null;
  csr: string;
  chain: string | null;
}

export interface RequestViewPage {
  items: RequestView[];
  next?: string | null;
}

export interface ReservationInput {
  token: string;
  token_kind?: string | null;
  group?: string | null;
  group_kind?: string | null;
  evse?: number | null;
  connector_type?: string | null;
  expires_at: string;
}

export type ReservationState = "pending" | "active" | "refused" | "used" | "cancelled" | "expired" | "removed";

export interface ReservationView {
  id: number;
  station: string;
  evse: number | null;
  connector_type: string | null;
  token: string;
  token_kind: string | null;
  group: string | null;
  state: ReservationState;
  status: string | null;
  created_at: string;
  expires_at: string;
  changed_at: string;
  command: string | null;
  session: number | null;
}

export interface ReservationViewPage {
  items: ReservationView[];
  next?: string | null;
}

export interface Reset {
  kind?: ResetKind;
  evse?: number | null;
}

export type ResetKind = "Immediate" | "OnIdle" | "ImmediateAndResume";

export interface RevocationInput {
  certificate?: string | null;
  thumbprint?: string | null;
  reason?: string;
}

export interface RevocationView {
  thumbprint: string;
  at: string;
  reason: string;
}

export interface RevocationViewPage {
  items: RevocationView[];
  next?: string | null;
}

export type Right = "public" | "self" | "read" | "log" | "command" | "configure" | "admin" | "platform";

export type Role = "admin" | "operator" | "support" | "read-only";

export interface Root {
  fingerprint: string;
  use: CertificateUse;
  label: string;
  subject: string;
  not_after: string;
  added_at: string;
  pem: string;
}

export interface RootInput {
  use: CertificateUse;
  certificate: string;
  label?: string;
}

export interface RootPage {
  items: Root[];
  next?: string | null;
}

export interface RuleInput {
  effect: Effect;
  token?: string | null;
  group?: string | null;
  site_id?: number | null;
  station?: string | null;
  evses?: (number | unknown)[];
  windows?: (Window | unknown)[];
  label?: string;
  connector_types?: string[] | null;
  kinds?: EvseKind[] | null;
}

export interface Sample {
  measurand: string;
  value: number | null;
  unit?: string | null;
  phase?: string | null;
  location?: string | null;
  context?: string;
  signed?: string | null;
}

export interface SchedulePeriod {
  limit?: number | null;
  limit_l2?: number | null;
  limit_l3?: number | null;
  discharge_limit?: number | null;
  discharge_limit_l2?: number | null;
  discharge_limit_l3?: number | null;
  setpoint?: number | null;
  setpoint_l2?: number | null;
  setpoint_l3?: number | null;
  setpoint_reactive?: number | null;
  setpoint_reactive_l2?: number | null;
  setpoint_reactive_l3?: number | null;
  start_period: number;
  number_phases?: number | null;
  phase_to_use?: number | null;
  preconditioning_request?: boolean | null;
  evse_sleep?: boolean | null;
  v2x_baseline?: number | null;
  operation_mode?: string | null;
  v2x_freq_watt_curve?: Record<string, number>[] | null;
  v2x_signal_watt_curve?: Record<string, number>[] | null;
}

export interface ScheduleUpdate {
  limit?: number | null;
  limit_l2?: number | null;
  limit_l3?: number | null;
  discharge_limit?: number | null;
  discharge_limit_l2?: number | null;
  discharge_limit_l3?: number | null;
  setpoint?: number | null;
  setpoint_l2?: number | null;
  setpoint_l3?: number | null;
  setpoint_reactive?: number | null;
  setpoint_reactive_l2?: number | null;
  setpoint_reactive_l3?: number | null;
}

export interface Screen {
  name: string;
  instance?: string | null;
  evse?: number | null;
  connector?: number | null;
}

export interface ScreenInput {
  name: string;
  instance?: string | null;
  evse?: number | null;
  connector?: number | null;
}

export interface SecurityEventView {
  id: number;
  station: string | null;
  origin: EventOrigin;
  type: string;
  critical: boolean;
  at: string;
  received_at: string;
  info: string | null;
  count: number;
}

export interface SecurityEventViewPage {
  items: SecurityEventView[];
  next?: string | null;
}

export interface SecurityPatch {
  profile?: number;
  replaced?: boolean;
  downgrade_allowed?: boolean;
  certificate_name?: string | null;
  certificate_organisation?: string | null;
  name_rule?: NameRule;
  expired_allowed?: boolean;
}

export interface SecurityView {
  profile: number;
  pending_profile: number | null;
  pending_password: boolean;
  downgrade_allowed: boolean;
  certificate_name: string | null;
  certificate_organisation: string | null;
  name_rule: NameRule;
  expired_allowed: boolean;
}

export interface Selected {
  component: string;
  variable?: string | null;
  variable_instance?: string | null;
  component_instance?: string | null;
  evse?: number | null;
  connector?: number | null;
}

export interface SelectionInput {
  site_id?: number | null;
  vendor?: string | null;
  model?: string | null;
  firmware?: string | null;
  version?: Version | null;
  stations?: string[] | null;
}

export interface SendInput {
  full?: boolean;
  tokens?: string[];
  removed?: string[];
  version?: number | null;
}

export type SentState = "accepted" | "rejected" | "unknown" | "unsent";

export interface SentView {
  command: string;
  at: string;
  evse: number;
  state: SentState;
  reason: string | null;
  by: string;
  profile: ChargingProfile;
}

export interface SentViewPage {
  items: SentView[];
  next?: string | null;
}

export interface Session {
  id: number;
  station: string;
  site_id: number | null;
  transaction_id: string;
  evse: number | null;
  connector: number | null;
  active: boolean;
  token: string | null;
  token_kind: string | null;
  token_status: AuthorizationStatus | null;
  started_at: string | null;
  updated_at: string;
  ended_at: string | null;
  charging_state: string | null;
  stop_reason: string | null;
  meter_start_wh: number | null;
  meter_stop_wh: number | null;
  energy_wh: number | null;
  power_w: number | null;
  soc_pct: number | null;
  complete: boolean;
  flags: string[];
}

export interface SessionLimit {
  at: string;
  max_cost: number | null;
  max_energy_wh: number | null;
  max_time_s: number | null;
  max_soc_pct: number | null;
}

export interface SessionPage {
  items: Session[];
  next?: string | null;
}

export interface SessionStatus {
  asked_at: string;
  ongoing: boolean | null;
  messages_in_queue: boolean;
}

export interface SessionTariff {
  tariff_id: number;
}

export interface SetProfile {
  evse: number;
  profile: ChargingProfile;
  force?: boolean;
}

export interface SetVariables {
  variables: VariableValue[];
}

export interface Settlement {
  id: number;
  station: string;
  psp_ref: string;
  transaction_id: string | null;
  session: number | null;
  status: SettlementStatus;
  amount: string;
  at: string;
  received_at: string;
  info: string | null;
  receipt_id: string | null;
  receipt_url: string | null;
  vat_number: string | null;
  vat_company: Address | null;
}

export interface SettlementPage {
  items: Settlement[];
  next?: string | null;
}

export type SettlementStatus = "Settled" | "Canceled" | "Rejected" | "Failed";

export interface Share {
  start: string;
  energy_wh: string;
  charging_s: string;
  idle_s: string;
  min_power_w: string | null;
  max_power_w: string | null;
  net: Record<string, string>;
}

export interface ShowMessage {
  text: TextInput;
  priority?: Priority;
  id?: number | null;
  state?: DisplayState | null;
  starts_at?: string | null;
  ends_at?: string | null;
  transaction_id?: string | null;
  extra?: TextInput[];
  screen?: ScreenInput | null;
}

export interface ShownSession {
  id: number;
  station: string;
  site_id: number | null;
  transaction_id: string;
  evse: number | null;
  connector: number | null;
  active: boolean;
  token: string | null;
  token_kind: string | null;
  token_status: AuthorizationStatus | null;
  started_at: string | null;
  updated_at: string;
  ended_at: string | null;
  charging_state: string | null;
  stop_reason: string | null;
  meter_start_wh: number | null;
  meter_stop_wh: number | null;
  energy_wh: number | null;
  power_w: number | null;
  soc_pct: number | null;
  complete: boolean;
  flags: string[];
  station_limit: SessionLimit | null;
}

export interface SignInput {
  use?: SigningUse | null;
  evse?: number | null;
}

export interface Signal {
  at: string;
  signal: number;
}

export interface Signature {
  signing_certificate: string;
  signature: string;
  issuer?: string | null;
}

export interface SigningInput {
  certificate: string;
  label?: string;
}

export type SigningState = "requested" | "issued" | "delivered" | "failed";

export type SigningUse = "ChargingStationCertificate" | "V2GCertificate" | "V2G20Certificate";

export interface SigningView {
  thumbprint: string;
  label: string;
  added_at: string;
  not_after: string;
}

export interface SigningViewPage {
  items: SigningView[];
  next?: string | null;
}

export interface Site {
  id: number;
  name: string;
  timezone: string;
  address: string;
}

export interface SiteInput {
  name: string;
  timezone?: string;
  address?: string;
}

export interface SitePage {
  items: Site[];
  next?: string | null;
}

export interface SitePatch {
  name?: string;
  timezone?: string;
  address?: string;
}

export interface Slot {
  evse: number;
  serial: string;
  soc_pct: number;
  soh_pct: number;
  produced_at: string | null;
  vendor_info: string | null;
  since: string;
}

export interface SlotPage {
  items: Slot[];
  next?: string | null;
}

export interface StageInput {
  percent?: number | null;
  count?: number | null;
}

export interface StartLimit {
  max_cost?: number | null;
  max_energy_wh?: number | null;
  max_time_s?: number | null;
  max_soc_pct?: number | null;
}

export type StartState = "accepted" | "refused" | "unsure" | "started" | "timed-out";

export interface Station {
  identity: string;
  site_id: number | null;
  registration: RegistrationStatus;
  has_password: boolean;
  online: boolean;
  version: Version | null;
  vendor: string | null;
  model: string | null;
  serial: string | null;
  firmware: string | null;
  booted_at: string | null;
  connected_at: string | null;
  last_seen_at: string | null;
  connectors: Connector[];
}

export interface StationCost {
  session: number;
  tariff: string | null;
  details: Record<string, unknown> | null;
}

export interface StationInput {
  identity: string;
  site_id?: number | null;
  password?: string | null;
  registration?: RegistrationStatus;
  security_profile?: number;
}

export interface StationPage {
  items: Station[];
  next?: string | null;
}

export interface StationPassword {
  identity: string;
  password: string;
}

export interface StationPatch {
  site_id?: number | null;
  registration?: RegistrationStatus;
}

export interface StationUrls {
  urls: string[];
}

export interface Step {
  at: string;
  status: string;
  detail: string;
}

export interface StoreView {
  reported_at: string | null;
  installed: InstalledView[];
  installations: InstallationView[];
  drift: roots_DriftView[];
}

export interface StreamView {
  id: number;
  monitor_id: number;
  open: boolean;
  interval_s: number | null;
  values: number | null;
  opened_at: string;
  closed_at: string | null;
  last_at: string | null;
  pending: number;
  growing: number;
}

export interface StreamViewPage {
  items: StreamView[];
  next?: string | null;
}

export type Subject = "device-model" | "monitors" | "customer";

export interface Swap {
  id: number;
  station: string;
  request_id: number;
  event: SwapEvent;
  token: string;
  token_kind: string | null;
  batteries: Battery[];
  received_at: string;
}

export type SwapEvent = "BatteryIn" | "BatteryOut" | "BatteryOutTimeout";

export interface SwapInput {
  token: string;
  token_kind?: string | null;
}

export interface SwapPage {
  items: Swap[];
  next?: string | null;
}

export interface SwapRequest {
  request_id: number;
  token: string;
  token_kind: string | null;
  status: string | null;
  at: string;
}

export interface SwapRequestPage {
  items: SwapRequest[];
  next?: string | null;
}

export interface Switch {
  on: boolean;
}

export interface SyncInput {
  full?: boolean;
  per_message?: number | null;
  most?: number | null;
}

export interface SyncResult {
  messages: number;
  status: string | null;
  version: number;
  left_out: number;
}

export interface Tariff {
  id: string;
  currency: string;
  description?: Text[];
  valid_from?: string | null;
  energy?: Part | null;
  charging_time?: Part | null;
  idle_time?: Part | null;
  fixed_fee?: Part | null;
  reservation_time?: Part | null;
  reservation_fixed?: Part | null;
  min_cost?: Amount | null;
  max_cost?: Amount | null;
}

export interface TariffInput {
  currency: string;
  name?: string;
  description?: (Text | unknown)[];
  valid_from?: string | null;
  energy?: Part | null;
  charging_time?: Part | null;
  idle_time?: Part | null;
  fixed_fee?: Part | null;
  reservation_time?: Part | null;
  reservation_fixed?: Part | null;
  min_cost?: Amount | null;
  max_cost?: Amount | null;
}

export interface TariffQuestion {
  evse?: number;
}

export interface TariffView {
  id: number;
  version: number;
  name: string;
  created_at: string;
  content: Tariff;
}

export interface TariffViewPage {
  items: TariffView[];
  next?: string | null;
}

export interface Tax {
  type: string;
  percent: string;
  stack?: number;
}

export interface TemplateInput {
  name: string;
  vendor?: string | null;
  model?: string | null;
  version?: Version | null;
  site_id?: number | null;
  values: VariableValue[];
  on_boot?: boolean;
  watched?: boolean;
  refreshed?: boolean;
}

export interface TemplateView {
  id: number;
  name: string;
  vendor: string | null;
  model: string | null;
  version: Version | null;
  site_id: number | null;
  values: VariableValue[];
  on_boot: boolean;
  watched: boolean;
  refreshed: boolean;
  changed_at: string;
}

export interface TemplateViewPage {
  items: TemplateView[];
  next?: string | null;
}

export interface Text {
  content: string;
  format?: TextFormat;
  language?: string | null;
}

export type TextFormat = "ASCII" | "HTML" | "URI" | "UTF8" | "QRCODE";

export interface TextInput {
  content: string;
  format?: TextFormat;
  language?: string | null;
}

export interface Token {
  value: string;
  kind: string | null;
  status: AuthorizationStatus;
  expires_at: string | null;
  group: string | null;
  label: string;
  site_id: number | null;
}

export interface TokenGroup {
  organisation_id?: number;
  key: string;
  value: string;
  label?: string;
  master_pass?: boolean;
  concurrent?: number | null;
}

export interface TokenGroupPage {
  items: TokenGroup[];
  next?: string | null;
}

export interface TokenImport {
  tokens: TokenInput[];
}

export interface TokenInput {
  value: string;
  kind?: string | null;
  status?: AuthorizationStatus;
  expires_at?: string | null;
  group?: string | null;
  label?: string;
  site_id?: number | null;
}

export interface TokenPage {
  items: Token[];
  next?: string | null;
}

export interface TokenPatch {
  kind?: string | null;
  status?: AuthorizationStatus;
  expires_at?: string | null;
  group?: string | null;
  label?: string;
  site_id?: number | null;
}

export interface TokenProfile {
  organisation_id?: number;
  key: string;
  language?: string | null;
  language2?: string | null;
  message?: string | null;
  message_format?: string;
  priority?: number | null;
  concurrent?: number | null;
  cache_s?: number | null;
  energy_transfers?: string[] | null;
}

export interface Tolerance {
  id: number;
  station: string | null;
  vendor: string | null;
  model: string | null;
  added_at: string;
  added_by: string;
}

export interface ToleranceInput {
  station?: string | null;
  vendor?: string | null;
  model?: string | null;
}

export interface TolerancePage {
  items: Tolerance[];
  next?: string | null;
}

export interface Totals {
  stations: number;
  online: number;
  sessions: number;
  active_sessions: number;
  energy_wh: number;
  messages: number;
  errors: number;
}

export interface TransferData {
  vendor_id: string;
  message_id?: string | null;
  data?: string | null;
}

export interface Trigger {
  message: string;
  evse?: number | null;
  connector?: number | null;
}

export interface UncontrolledView {
  station: string;
  since: string;
  reason: string;
}

export interface UncontrolledViewPage {
  items: UncontrolledView[];
  next?: string | null;
}

export interface Unlock {
  evse: number;
  connector?: number;
}

export interface UnpublishInput {
  checksum: string;
}

export interface Update {
  id: number;
  station: string;
  state: RequestState;
  answer: string | null;
  status: string | null;
  detail: string;
  steps: Step[];
  requested_by: string;
  created_at: string;
  updated_at: string;
  command?: Command | null;
  location: string;
  image_id: number | null;
  campaign_id: number | null;
  signed: boolean;
  retrieve_at: string;
  install_at: string | null;
  version: string | null;
  before: string | null;
  confirmed: boolean | null;
}

export interface UpdateInput {
  image_id?: number | null;
  location?: string | null;
  version?: string | null;
  signing_certificate?: string | null;
  signature?: string | null;
  retrieve_at?: string | null;
  install_at?: string | null;
  retries?: number | null;
  retry_interval_s?: number | null;
}

export interface UpdatePage {
  items: Update[];
  next?: string | null;
}

export interface UpdateSchedule {
  profile_id: number;
  values: ScheduleUpdate;
}

export interface UsePriority {
  transaction_id: string;
  activate: boolean;
}

export interface UserInput {
  email: string;
  name?: string;
  grants?: GrantInput[];
}

export interface UserPatch {
  name?: string;
  grants?: GrantInput[];
  disabled?: boolean;
}

export interface UserView {
  id: number;
  email: string;
  name: string;
  grants: Grant[];
  disabled: boolean;
  has_password: boolean;
  second_factor: boolean;
  created_at: string;
  last_login_at: string | null;
}

export interface UserViewPage {
  items: UserView[];
  next?: string | null;
}

export interface ValueView {
  monitor_id: number | null;
  at: string;
  received_at: string;
  value: string;
}

export interface ValueViewPage {
  items: ValueView[];
  next?: string | null;
}

export interface Variable {
  variable: string;
  component?: string | null;
  variable_instance?: string | null;
  component_instance?: string | null;
  evse?: number | null;
  connector?: number | null;
  attribute?: string;
  status: string;
  value?: string | null;
  mutable?: boolean | null;
}

export interface VariableBatch {
  complete: boolean;
  commands: Command[];
  variables: Variable[];
}

export interface VariableKey {
  variable: string;
  component?: string | null;
  variable_instance?: string | null;
  component_instance?: string | null;
  evse?: number | null;
  connector?: number | null;
  attribute?: string;
}

export interface VariableValue {
  variable: string;
  component?: string | null;
  variable_instance?: string | null;
  component_instance?: string | null;
  evse?: number | null;
  connector?: number | null;
  attribute?: string;
  value: string;
}

export interface VariableView {
  component: string | null;
  component_instance: string | null;
  variable: string;
  variable_instance: string | null;
  evse: number | null;
  connector: number | null;
  attributes: AttributeView[];
  characteristics: Characteristics | null;
  reported_at: string | null;
}

export interface VariableViewPage {
  items: VariableView[];
  next?: string | null;
}

export interface Vendor {
  id: number;
  vendor_id: string;
  message_ids: string[];
  status: string;
  data: string | null;
  echo: boolean;
}

export interface VendorInput {
  vendor_id: string;
  message_ids?: string[];
  status?: "Accepted" | "Rejected";
  data?: string | null;
  echo?: boolean;
}

export interface VendorMessage {
  id: number;
  station: string;
  vendor_id: string;
  message_id: string | null;
  data: string | null;
  status: string;
  received_at: string;
}

export interface VendorMessagePage {
  items: VendorMessage[];
  next?: string | null;
}

export interface VendorPage {
  items: Vendor[];
  next?: string | null;
}

export type Version = "1.6" | "2.0.1" | "2.1";

export interface Violation {
  station: string;
  action: string;
  fix: string;
  first_at: string;
}

export interface ViolationPage {
  items: Violation[];
  next?: string | null;
}

export interface Wanted {
  operative: boolean;
  evse?: number | null;
  connector?: number | null;
  restore?: boolean;
}

export interface WebPayment {
  evse: number;
  timeout_s?: number;
}

export interface WebhookInput {
  name: string;
  url: string;
  events: string[];
}

export interface WebhookPatch {
  name?: string;
  url?: string;
  events?: string[];
  active?: boolean;
}

export interface WebhookView {
  id: number | null;
  name: string;
  url: string;
  events: string[];
  active: boolean;
  created_at: string;
}

export interface WebhookViewPage {
  items: WebhookView[];
  next?: string | null;
}

export type Weekday = "Monday" | "Tuesday" | "Wednesday" | "Thursday" | "Friday" | "Saturday" | "Sunday";

export interface Window {
  days: (number | unknown)[];
  begin?: number;
  end?: number;
}

export interface Writing {
  variables: VariableValue[];
}

export interface api_access_rules_Reason {
  status: AuthorizationStatus;
  rules: number[];
  why: string;
  evses?: number[];
}

export interface api_models_Message {
  id: number | null;
  station: string;
  at: string;
  origin: string;
  message_id: string;
  action: string;
  request: string;
  answer: string | null;
  outcome: string;
  took_ms: number | null;
}

export interface api_orders_RemoteStart {
  token: string;
  token_kind?: string | null;
  evse?: number | null;
  group?: string | null;
  group_kind?: string | null;
  profile?: ChargingProfile | null;
  limit?: StartLimit | null;
  force?: boolean;
}

export interface certificates_Policy {
  owner?: string | null;
  any_common_name?: boolean;
  warn_days?: number;
  renew?: boolean;
  chain_limit?: number;
}

export interface charging_records_Policy {
  needs: NeedsPolicy;
  limit?: number | null;
  unit?: RateUnit;
  bidirectional?: ChargingSchedule | null;
}

export interface csms_records_remote_starts_RemoteStart {
  organisation_id?: number;
  id: string;
  station_id: number;
  remote_start_id: number | null;
  token: string;
  token_kind?: string | null;
  evse: number | null;
  requested_by: string;
  created_at: string;
  answered_at: string;
  waits_until: string;
  state: StartState;
  status: string;
  transaction_id?: string | null;
  transaction?: number | null;
  started_at?: string | null;
}

export interface messages_Replayed {
  done: boolean;
  result: string;
}

export interface model_display_Message {
  id: number;
  priority: Priority;
  text: Text;
  state?: DisplayState | null;
  starts_at?: string | null;
  ends_at?: string | null;
  transaction_id?: string | null;
  extra?: Text[];
  screen?: Screen | null;
}

export type monitoring_Base = "All" | "FactoryDefault" | "HardWiredOnly";

export type monitoring_Criterion = "ThresholdMonitoring" | "DeltaMonitoring" | "PeriodicMonitoring";

export type pki_revocation_Reason = "unspecified" | "keyCompromise" | "affiliationChanged" | "superseded" | "cessationOfOperation";

export type reports_Base = "ConfigurationInventory" | "FullInventory" | "SummaryInventory";

export type reports_Criterion = "Active" | "Available" | "Enabled" | "Problem";

export interface roots_DriftView {
  use: CertificateUse;
  kind: string;
  fingerprint: string | null;
  certificate: HashView | null;
}

export interface templates_DriftView {
  template_id: number;
  station: string;
  variables: string[];
  since: string;
}

export interface webhooks_Replayed {
  count: number;
}

export interface Routes {
  "GET /api/v1/access-defaults": { query: { limit?: number; cursor?: string | null }; answer: AccessDefaultPage };
  "PUT /api/v1/access-defaults/{site_id}": { path: { site_id: number }; body: Default; answer: AccessDefault };
  "GET /api/v1/access-rules": { query: { limit?: number; cursor?: string | null }; answer: AccessRulePage };
  "POST /api/v1/access-rules": { body: RuleInput; answer: AccessRule };
  "PUT /api/v1/access-rules/{rule_id}": { path: { rule_id: number }; body: RuleInput; answer: AccessRule };
  "DELETE /api/v1/access-rules/{rule_id}": { path: { rule_id: number }; answer: void };
  "GET /api/v1/account": { answer: Account };
  "GET /api/v1/account/identities": { answer: IdentityViewPage };
  "POST /api/v1/account/identities/{name}": { path: { name: string }; body: Proof; answer: Beginning };
  "DELETE /api/v1/account/identities/{name}": { path: { name: string }; answer: void };
  "POST /api/v1/account/identities/{name}/confirm": { path: { name: string }; answer: string };
  "GET /api/v1/account/logins": { answer: LoginViewPage };
  "DELETE /api/v1/account/logins/{login_id}": { path: { login_id: string }; answer: void };
  "POST /api/v1/account/password": { body: PasswordChange; answer: void };
  "POST /api/v1/account/second-factor": { body: Proof; answer: Enrolment };
  "POST /api/v1/account/second-factor/confirm": { body: Confirmation; answer: RecoveryCodes };
  "POST /api/v1/account/second-factor/remove": { body: Proof; answer: void };
  "GET /api/v1/api-keys": { answer: ApiKeyPage };
  "POST /api/v1/api-keys": { body: ApiKeyInput; answer: NewApiKey };
  "DELETE /api/v1/api-keys/{key_id}": { path: { key_id: string }; answer: void };
  "GET /api/v1/audit-entries": { query: { since?: string | null; until?: string | null; limit?: number; cursor?: string | null; actor?: string | null; outcome?: string | null; object?: string | null }; answer: AuditViewPage };
  "GET /api/v1/authorizations": { query: { limit?: number; cursor?: string | null; station?: string | null; token?: string | null }; answer: ExplanationPage };
  "POST /api/v1/authorizations/explain": { body: Question; answer: api_access_rules_Reason };
  "GET /api/v1/battery-swaps": { query: { limit?: number; cursor?: string | null; station?: string | null }; answer: SwapPage };
  "GET /api/v1/campaigns": { query: { limit?: number; cursor?: string | null; state?: CampaignState | null }; answer: CampaignViewPage };
  "POST /api/v1/campaigns": { body: CampaignInput; answer: CampaignView };
  "GET /api/v1/campaigns/{campaign_id}": { path: { campaign_id: number }; answer: CampaignView };
  "POST /api/v1/campaigns/{campaign_id}/pause": { path: { campaign_id: number }; answer: CampaignView };
  "POST /api/v1/campaigns/{campaign_id}/resume": { path: { campaign_id: number }; answer: CampaignView };
  "GET /api/v1/campaigns/{campaign_id}/stations": { path: { campaign_id: number }; query: { limit?: number; cursor?: string | null; state?: MemberState | null }; answer: CampaignStationPage };
  "POST /api/v1/campaigns/{campaign_id}/stop": { path: { campaign_id: number }; answer: CampaignView };
  "GET /api/v1/certificate-policy": { answer: certificates_Policy };
  "PUT /api/v1/certificate-policy": { body: certificates_Policy; answer: certificates_Policy };
  "GET /api/v1/certificate-requests": { query: { limit?: number; cursor?: string | null; station?: string | null; state?: SigningState | null }; answer: RequestViewPage };
  "GET /api/v1/certificate-requests/{request_id}": { path: { request_id: number }; answer: RequestView };
  "POST /api/v1/certificate-requests/{request_id}/retry": { path: { request_id: number }; answer: RequestView };
  "GET /api/v1/certificate-revocations": { query: { limit?: number; cursor?: string | null }; answer: CertificateRevocationPage };
  "GET /api/v1/certificates": { query: { limit?: number; cursor?: string | null; station?: string | null; ends_within_days?: number | null }; answer: CertificateViewPage };
  "POST /api/v1/certificates/{fingerprint}/revocation": { path: { fingerprint: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: CertificateRevocationInput; answer: CertificateRevocation };
  "GET /api/v1/charging-policy": { answer: charging_records_Policy };
  "PUT /api/v1/charging-policy": { body: charging_records_Policy; answer: charging_records_Policy };
  "GET /api/v1/commands": { query: { limit?: number; cursor?: string | null; station?: string | null; state?: CommandState | null; action?: string | null }; answer: CommandPage };
  "GET /api/v1/commands/{command_id}": { path: { command_id: string }; answer: Command };
  "GET /api/v1/costs": { query: { limit?: number; cursor?: string | null; station?: string | null }; answer: CostSummaryPage };
  "GET /api/v1/drifts": { query: { limit?: number; cursor?: string | null; station?: string | null; template_id?: number | null }; answer: DriftViewPage };
  "GET /api/v1/event-log": { answer: EventLogView };
  "PUT /api/v1/event-log": { body: EventLogInput; answer: EventLogView };
  "DELETE /api/v1/event-log": { answer: void };
  "GET /api/v1/events": { query: { station?: string | null; after?: string | null }; answer: LiveEvent };
  "GET /api/v1/firmware-images": { query: { limit?: number; cursor?: string | null; vendor?: string | null; model?: string | null }; answer: ImagePage };
  "POST /api/v1/firmware-images": { query: { vendor: string; version: string; model?: string | null; name?: string | null }; answer: Image };
  "GET /api/v1/firmware-images/{image_id}": { path: { image_id: number }; answer: Image };
  "DELETE /api/v1/firmware-images/{image_id}": { path: { image_id: number }; answer: void };
  "POST /api/v1/firmware-images/{image_id}/signature": { path: { image_id: number }; body: Signature; answer: Image };
  "GET /api/v1/firmware-publications": { query: { limit?: number; cursor?: string | null; station?: string | null; state?: RequestState | null }; answer: PublicationPage };
  "GET /api/v1/firmware-updates": { query: { limit?: number; cursor?: string | null; station?: string | null; state?: RequestState | null; campaign_id?: number | null }; answer: UpdatePage };
  "GET /api/v1/grid-alarms": { query: { limit?: number; cursor?: string | null; station?: string | null }; answer: GridAlarmPage };
  "GET /api/v1/logs": { query: { limit?: number; cursor?: string | null; station?: string | null; state?: RequestState | null }; answer: LogPage };
  "GET /api/v1/messages": { query: { since?: string | null; until?: string | null; limit?: number; cursor?: string | null; station?: string | null; site_id?: number | null; action?: string | null; outcome?: string | null }; answer: MessagePage };
  "POST /api/v1/messages/{message_id}/replay": { path: { message_id: number }; answer: messages_Replayed };
  "GET /api/v1/organisations": { query: { limit?: number; cursor?: string | null }; answer: OrganisationViewPage };
  "POST /api/v1/organisations": { body: OrganisationInput; answer: OrganisationView };
  "GET /api/v1/organisations/{organisation_id}": { path: { organisation_id: number }; answer: OrganisationView };
  "PATCH /api/v1/organisations/{organisation_id}": { path: { organisation_id: number }; body: OrganisationInput; answer: OrganisationView };
  "GET /api/v1/overview": { query: { since?: string | null }; answer: OverviewView };
  "GET /api/v1/receipt-server": { answer: ReceiptServer };
  "PUT /api/v1/receipt-server": { body: ReceiptServer; answer: ReceiptServer };
  "DELETE /api/v1/receipt-server": { answer: void };
  "GET /api/v1/refused-connections": { query: { limit?: number; cursor?: string | null; station?: string | null }; answer: RefusalViewPage };
  "GET /api/v1/remote-starts": { query: { limit?: number; cursor?: string | null; station?: string | null; state?: StartState | null }; answer: RemoteStartPage };
  "GET /api/v1/reservations": { query: { limit?: number; cursor?: string | null; station?: string | null; state?: ReservationState | null }; answer: ReservationViewPage };
  "GET /api/v1/reservations/{reservation_id}": { path: { reservation_id: number }; answer: ReservationView };
  "DELETE /api/v1/reservations/{reservation_id}": { path: { reservation_id: number }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; answer: ReservationView };
  "GET /api/v1/revoked-certificates": { query: { limit?: number; cursor?: string | null }; answer: RevocationViewPage };
  "POST /api/v1/revoked-certificates": { body: RevocationInput; answer: RevocationView };
  "DELETE /api/v1/revoked-certificates/{thumbprint}": { path: { thumbprint: string }; answer: void };
  "GET /api/v1/roots": { query: { limit?: number; cursor?: string | null }; answer: RootPage };
  "POST /api/v1/roots": { body: RootInput; answer: Root };
  "DELETE /api/v1/roots/{fingerprint}/{use}": { path: { fingerprint: string; use: unknown }; answer: void };
  "GET /api/v1/security-events": { query: { limit?: number; cursor?: string | null; since?: string | null; until?: string | null; station?: string | null; type?: string | null; critical?: boolean | null; origin?: EventOrigin | null }; answer: SecurityEventViewPage };
  "GET /api/v1/sessions": { query: { since?: string | null; until?: string | null; limit?: number; cursor?: string | null; station?: string | null; site_id?: number | null; active?: boolean | null }; answer: SessionPage };
  "GET /api/v1/sessions/{session_id}": { path: { session_id: number }; answer: ShownSession };
  "POST /api/v1/sessions/{session_id}/change-tariff": { path: { session_id: number }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: SessionTariff; answer: Command };
  "POST /api/v1/sessions/{session_id}/close": { path: { session_id: number }; answer: Session };
  "GET /api/v1/sessions/{session_id}/cost": { path: { session_id: number }; answer: CostDetail };
  "GET /api/v1/sessions/{session_id}/meter-values": { path: { session_id: number }; query: { since?: string | null; until?: string | null; limit?: number; cursor?: string | null }; answer: MeterValuePage };
  "GET /api/v1/sessions/{session_id}/meter-values.csv": { path: { session_id: number }; query: { since?: string | null; until?: string | null }; answer: unknown };
  "POST /api/v1/sessions/{session_id}/show-cost": { path: { session_id: number }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; answer: Command };
  "GET /api/v1/sessions/{session_id}/station-cost": { path: { session_id: number }; answer: StationCost };
  "GET /api/v1/sessions/{session_id}/status": { path: { session_id: number }; answer: SessionStatus };
  "POST /api/v1/sessions/{session_id}/status": { path: { session_id: number }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; answer: Command };
  "POST /api/v1/sessions/{session_id}/stop": { path: { session_id: number }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; answer: Command };
  "GET /api/v1/settlements": { query: { limit?: number; cursor?: string | null; station?: string | null; session?: number | null; psp_ref?: string | null }; answer: SettlementPage };
  "GET /api/v1/sites": { query: { limit?: number; cursor?: string | null }; answer: SitePage };
  "POST /api/v1/sites": { body: SiteInput; answer: Site };
  "GET /api/v1/sites/{site_id}": { path: { site_id: number }; answer: Site };
  "PATCH /api/v1/sites/{site_id}": { path: { site_id: number }; body: SitePatch; answer: Site };
  "DELETE /api/v1/sites/{site_id}": { path: { site_id: number }; answer: void };
  "PUT /api/v1/sites/{site_id}/local-lists/automatic": { path: { site_id: number }; body: Switch; answer: Switch };
  "GET /api/v1/station-events": { query: { limit?: number; cursor?: string | null; since?: string | null; until?: string | null; station?: string | null; component?: string | null; variable?: string | null; severity?: number | null }; answer: EventViewPage };
  "GET /api/v1/station-urls": { answer: StationUrls };
  "GET /api/v1/stations": { query: { limit?: number; cursor?: string | null; site_id?: number | null; online?: boolean | null; q?: string | null }; answer: StationPage };
  "POST /api/v1/stations": { body: StationInput; answer: StationPassword };
  "GET /api/v1/stations/{identity}": { path: { identity: string }; answer: Station };
  "PATCH /api/v1/stations/{identity}": { path: { identity: string }; body: StationPatch; answer: Station };
  "DELETE /api/v1/stations/{identity}": { path: { identity: string }; answer: void };
  "GET /api/v1/stations/{identity}/availability": { path: { identity: string }; query: { limit?: number; cursor?: string | null }; answer: AvailabilityIntentPage };
  "PUT /api/v1/stations/{identity}/availability": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: Wanted; answer: Command };
  "GET /api/v1/stations/{identity}/battery-slots": { path: { identity: string }; query: { limit?: number; cursor?: string | null }; answer: SlotPage };
  "GET /api/v1/stations/{identity}/battery-swap-requests": { path: { identity: string }; query: { limit?: number; cursor?: string | null }; answer: SwapRequestPage };
  "PUT /api/v1/stations/{identity}/boot-settings": { path: { identity: string }; body: BootSettings; answer: BootSettings };
  "GET /api/v1/stations/{identity}/calls": { path: { identity: string }; answer: Calls };
  "POST /api/v1/stations/{identity}/calls/{action}": { path: { identity: string; action: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: Record<string, unknown> | null; answer: Command };
  "GET /api/v1/stations/{identity}/charging-limits": { path: { identity: string }; query: { limit?: number; cursor?: string | null }; answer: LimitViewPage };
  "GET /api/v1/stations/{identity}/charging-needs": { path: { identity: string }; query: { limit?: number; cursor?: string | null }; answer: NeedsViewPage };
  "GET /api/v1/stations/{identity}/charging-policy": { path: { identity: string }; answer: charging_records_Policy };
  "PUT /api/v1/stations/{identity}/charging-policy": { path: { identity: string }; body: charging_records_Policy | null; answer: charging_records_Policy | null };
  "GET /api/v1/stations/{identity}/charging-profiles": { path: { identity: string }; query: { limit?: number; cursor?: string | null; state?: HeldState | null }; answer: HeldViewPage };
  "PUT /api/v1/stations/{identity}/charging-profiles/{profile_id}/values": { path: { identity: string; profile_id: number }; body: ScheduleUpdate; answer: ScheduleUpdate };
  "POST /api/v1/stations/{identity}/commands/adjust-event-stream": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: Adjustment; answer: Command };
  "POST /api/v1/stations/{identity}/commands/allow-energy-transfer": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: AllowTransfer; answer: Command };
  "POST /api/v1/stations/{identity}/commands/ask-display-messages": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: AskMessages; answer: Command };
  "POST /api/v1/stations/{identity}/commands/ask-grid-controls": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: ControlFilter; answer: Command };
  "POST /api/v1/stations/{identity}/commands/ask-tariffs": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: TariffQuestion; answer: Command };
  "POST /api/v1/stations/{identity}/commands/availability": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: Availability; answer: Command };
  "POST /api/v1/stations/{identity}/commands/battery-swap": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: SwapInput; answer: Command };
  "POST /api/v1/stations/{identity}/commands/clear-cache": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; answer: Command };
  "POST /api/v1/stations/{identity}/commands/clear-charging-profile": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: ClearProfile; answer: Command };
  "POST /api/v1/stations/{identity}/commands/clear-grid-controls": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: ControlChoice; answer: Command };
  "POST /api/v1/stations/{identity}/commands/clear-tariffs": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: ClearedTariffs; answer: Command };
  "POST /api/v1/stations/{identity}/commands/composite-schedule": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: GetComposite; answer: Command };
  "POST /api/v1/stations/{identity}/commands/customer-information": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: Customer; answer: Command };
  "POST /api/v1/stations/{identity}/commands/data-transfer": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: TransferData; answer: Command };
  "POST /api/v1/stations/{identity}/commands/delete-certificate": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: DeleteInput; answer: Command };
  "POST /api/v1/stations/{identity}/commands/display-message": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: ShowMessage; answer: Command };
  "POST /api/v1/stations/{identity}/commands/get-base-report": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: BaseReport; answer: Command };
  "POST /api/v1/stations/{identity}/commands/get-event-streams": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; answer: Command };
  "POST /api/v1/stations/{identity}/commands/get-installed-certificate-ids": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: ListInput; answer: Command };
  "POST /api/v1/stations/{identity}/commands/get-monitoring-report": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: MonitoringReport; answer: Command };
  "POST /api/v1/stations/{identity}/commands/get-report": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: Report; answer: Command };
  "POST /api/v1/stations/{identity}/commands/get-transaction-status": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: AskTransaction; answer: Command };
  "POST /api/v1/stations/{identity}/commands/get-variables": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: GetVariables; answer: Command };
  "POST /api/v1/stations/{identity}/commands/install-certificate": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: InstallInput; answer: Command };
  "POST /api/v1/stations/{identity}/commands/priority-charging": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: UsePriority; answer: Command };
  "POST /api/v1/stations/{identity}/commands/remote-start": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: api_orders_RemoteStart; answer: Command };
  "POST /api/v1/stations/{identity}/commands/remote-stop": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: RemoteStop; answer: Command };
  "POST /api/v1/stations/{identity}/commands/report-charging-profiles": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: GetProfiles; answer: Command };
  "POST /api/v1/stations/{identity}/commands/reserve-signal": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: Signal; answer: Command };
  "POST /api/v1/stations/{identity}/commands/reset": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: Reset; answer: Command };
  "POST /api/v1/stations/{identity}/commands/send-local-list": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: SendInput; answer: Command };
  "POST /api/v1/stations/{identity}/commands/set-charging-profile": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: SetProfile; answer: Command };
  "POST /api/v1/stations/{identity}/commands/set-default-tariff": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: DefaultTariff; answer: Command };
  "POST /api/v1/stations/{identity}/commands/set-grid-control": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: ControlInput; answer: Command };
  "POST /api/v1/stations/{identity}/commands/set-monitoring-base": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: MonitoringBase; answer: Command };
  "POST /api/v1/stations/{identity}/commands/set-monitoring-level": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: MonitoringLevel; answer: Command };
  "POST /api/v1/stations/{identity}/commands/set-network-profile": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: NetworkProfile; answer: Command };
  "POST /api/v1/stations/{identity}/commands/set-variables": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: SetVariables; answer: Command };
  "POST /api/v1/stations/{identity}/commands/sign-certificate": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: SignInput; answer: Command };
  "POST /api/v1/stations/{identity}/commands/trigger": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: Trigger; answer: Command };
  "POST /api/v1/stations/{identity}/commands/unlock": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: Unlock; answer: Command };
  "POST /api/v1/stations/{identity}/commands/unpublish-firmware": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: UnpublishInput; answer: Command };
  "POST /api/v1/stations/{identity}/commands/update-dynamic-schedule": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: UpdateSchedule; answer: Command };
  "POST /api/v1/stations/{identity}/commands/web-payment-started": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: WebPayment; answer: Command };
  "GET /api/v1/stations/{identity}/composite-schedules": { path: { identity: string }; query: { limit?: number; cursor?: string | null }; answer: CompositeViewPage };
  "GET /api/v1/stations/{identity}/customer-information/{request_id}": { path: { identity: string; request_id: number }; answer: Information };
  "DELETE /api/v1/stations/{identity}/customer-information/{request_id}": { path: { identity: string; request_id: number }; answer: void };
  "GET /api/v1/stations/{identity}/display-messages": { path: { identity: string }; answer: HeldMessagePage };
  "POST /api/v1/stations/{identity}/display-messages/{message_id}/clear": { path: { identity: string; message_id: number }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; answer: Command };
  "GET /api/v1/stations/{identity}/ev-schedules": { path: { identity: string }; query: { limit?: number; cursor?: string | null }; answer: EVScheduleViewPage };
  "GET /api/v1/stations/{identity}/event-streams": { path: { identity: string }; query: { limit?: number; cursor?: string | null }; answer: StreamViewPage };
  "GET /api/v1/stations/{identity}/event-streams/{stream_id}/values": { path: { identity: string; stream_id: number }; query: { limit?: number; cursor?: string | null }; answer: ValueViewPage };
  "POST /api/v1/stations/{identity}/firmware-publications": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: PublishInput; answer: Publication | Command };
  "GET /api/v1/stations/{identity}/firmware-publications/{number}": { path: { identity: string; number: number }; answer: Publication };
  "POST /api/v1/stations/{identity}/firmware-updates": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: UpdateInput; answer: Update | Command };
  "GET /api/v1/stations/{identity}/firmware-updates/{number}": { path: { identity: string; number: number }; answer: Update };
  "GET /api/v1/stations/{identity}/grid-controls": { path: { identity: string }; answer: HeldControlPage };
  "GET /api/v1/stations/{identity}/installed-certificates": { path: { identity: string }; answer: StoreView };
  "GET /api/v1/stations/{identity}/local-controller": { path: { identity: string }; answer: Behind };
  "PUT /api/v1/stations/{identity}/local-controller": { path: { identity: string }; body: ControllerInput; answer: Behind };
  "DELETE /api/v1/stations/{identity}/local-controller": { path: { identity: string }; answer: void };
  "GET /api/v1/stations/{identity}/local-list": { path: { identity: string }; answer: ListView };
  "PUT /api/v1/stations/{identity}/local-list/automatic": { path: { identity: string }; body: Switch; answer: Switch };
  "GET /api/v1/stations/{identity}/local-list/exclusions": { path: { identity: string }; query: { limit?: number; cursor?: string | null }; answer: ExclusionPage };
  "PUT /api/v1/stations/{identity}/local-list/exclusions/{value}": { path: { identity: string; value: string }; answer: Exclusion };
  "DELETE /api/v1/stations/{identity}/local-list/exclusions/{value}": { path: { identity: string; value: string }; answer: void };
  "POST /api/v1/stations/{identity}/local-list/synchronisation": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: SyncInput; answer: SyncResult };
  "POST /api/v1/stations/{identity}/local-list/version": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; answer: Command };
  "POST /api/v1/stations/{identity}/logs": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: LogInput; answer: Log | Command };
  "GET /api/v1/stations/{identity}/logs/{number}": { path: { identity: string; number: number }; answer: Log };
  "GET /api/v1/stations/{identity}/logs/{number}/file": { path: { identity: string; number: number }; answer: unknown };
  "GET /api/v1/stations/{identity}/meter-values": { path: { identity: string }; query: { since?: string | null; until?: string | null; limit?: number; cursor?: string | null }; answer: MeterValuePage };
  "GET /api/v1/stations/{identity}/meter-values.csv": { path: { identity: string }; query: { since?: string | null; until?: string | null }; answer: unknown };
  "POST /api/v1/stations/{identity}/monitor-clearings": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: MonitorIds; answer: MonitorBatch };
  "GET /api/v1/stations/{identity}/monitoring": { path: { identity: string }; answer: Choice };
  "GET /api/v1/stations/{identity}/monitors": { path: { identity: string }; query: { limit?: number; cursor?: string | null }; answer: MonitorViewPage };
  "POST /api/v1/stations/{identity}/monitors": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: Monitors; answer: MonitorBatch };
  "GET /api/v1/stations/{identity}/network-profiles": { path: { identity: string }; query: { limit?: number; cursor?: string | null }; answer: NetworkSlotViewPage };
  "POST /api/v1/stations/{identity}/password": { path: { identity: string }; body: PasswordInput | null; answer: StationPassword };
  "GET /api/v1/stations/{identity}/priority-charging": { path: { identity: string }; query: { limit?: number; cursor?: string | null }; answer: PriorityViewPage };
  "GET /api/v1/stations/{identity}/provisioning": { path: { identity: string }; answer: Provisioning };
  "GET /api/v1/stations/{identity}/reports": { path: { identity: string }; query: { limit?: number; cursor?: string | null; subject?: Subject | null }; answer: ReportViewPage };
  "GET /api/v1/stations/{identity}/reports/{subject}/{request_id}": { path: { identity: string; subject: Subject; request_id: number }; answer: ReportView };
  "POST /api/v1/stations/{identity}/reservations": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: ReservationInput; answer: ReservationView };
  "GET /api/v1/stations/{identity}/security": { path: { identity: string }; answer: SecurityView };
  "PATCH /api/v1/stations/{identity}/security": { path: { identity: string }; body: SecurityPatch; answer: SecurityView };
  "POST /api/v1/stations/{identity}/security/password": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: NewPassword | null; answer: Command };
  "DELETE /api/v1/stations/{identity}/security/pending": { path: { identity: string }; answer: void };
  "POST /api/v1/stations/{identity}/security/profile": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: ProfileChange; answer: Command };
  "GET /api/v1/stations/{identity}/sent-charging-profiles": { path: { identity: string }; query: { limit?: number; cursor?: string | null; state?: SentState | null }; answer: SentViewPage };
  "GET /api/v1/stations/{identity}/signing-certificates": { path: { identity: string }; answer: SigningViewPage };
  "POST /api/v1/stations/{identity}/signing-certificates": { path: { identity: string }; body: SigningInput; answer: SigningView };
  "DELETE /api/v1/stations/{identity}/signing-certificates/{thumbprint}": { path: { identity: string; thumbprint: string }; answer: void };
  "GET /api/v1/stations/{identity}/stations-behind": { path: { identity: string }; query: { limit?: number; cursor?: string | null }; answer: BehindPage };
  "GET /api/v1/stations/{identity}/tariffs": { path: { identity: string }; answer: HeldTariffViewPage };
  "POST /api/v1/stations/{identity}/variable-readings": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: Reading; answer: VariableBatch };
  "POST /api/v1/stations/{identity}/variable-writings": { path: { identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; body: Writing; answer: VariableBatch };
  "GET /api/v1/stations/{identity}/variables": { path: { identity: string }; query: { limit?: number; cursor?: string | null; component?: string | null; variable?: string | null; evse?: number | null }; answer: VariableViewPage };
  "GET /api/v1/tariff-assignments": { query: { limit?: number; cursor?: string | null; station?: string | null }; answer: AssignmentPage };
  "POST /api/v1/tariff-assignments": { body: AssignmentInput; answer: Assignment };
  "DELETE /api/v1/tariff-assignments/{assignment_id}": { path: { assignment_id: number }; answer: void };
  "GET /api/v1/tariffs": { query: { limit?: number; cursor?: string | null }; answer: TariffViewPage };
  "POST /api/v1/tariffs": { body: TariffInput; answer: TariffView };
  "GET /api/v1/tariffs/{tariff_id}": { path: { tariff_id: number }; answer: TariffView };
  "POST /api/v1/tariffs/{tariff_id}/versions": { path: { tariff_id: number }; body: TariffInput; answer: TariffView };
  "GET /api/v1/tariffs/{tariff_id}/versions/{version}": { path: { tariff_id: number; version: number }; answer: TariffView };
  "GET /api/v1/templates": { query: { limit?: number; cursor?: string | null }; answer: TemplateViewPage };
  "POST /api/v1/templates": { body: TemplateInput; answer: TemplateView };
  "GET /api/v1/templates/{number}": { path: { number: number }; answer: TemplateView };
  "PUT /api/v1/templates/{number}": { path: { number: number }; body: TemplateInput; answer: TemplateView };
  "DELETE /api/v1/templates/{number}": { path: { number: number }; answer: void };
  "POST /api/v1/templates/{number}/applications/{identity}": { path: { number: number; identity: string }; query: { wait_s?: number; ttl_s?: number; survives_reconnect?: boolean }; answer: VariableBatch };
  "GET /api/v1/templates/{number}/differences/{identity}": { path: { number: number; identity: string }; answer: Difference[] };
  "GET /api/v1/token-groups": { query: { limit?: number; cursor?: string | null }; answer: TokenGroupPage };
  "PUT /api/v1/token-groups/{value}": { path: { value: string }; body: GroupInput; answer: TokenGroup };
  "DELETE /api/v1/token-groups/{value}": { path: { value: string }; answer: void };
  "GET /api/v1/tokens": { query: { limit?: number; cursor?: string | null; q?: string | null }; answer: TokenPage };
  "POST /api/v1/tokens": { body: TokenInput; answer: Token };
  "POST /api/v1/tokens/import": { body: TokenImport; answer: Imported };
  "GET /api/v1/tokens/{value}": { path: { value: string }; answer: Token };
  "PATCH /api/v1/tokens/{value}": { path: { value: string }; body: TokenPatch; answer: Token };
  "DELETE /api/v1/tokens/{value}": { path: { value: string }; answer: void };
  "GET /api/v1/tokens/{value}/profile": { path: { value: string }; answer: TokenProfile };
  "PUT /api/v1/tokens/{value}/profile": { path: { value: string }; body: ProfileInput; answer: TokenProfile };
  "GET /api/v1/tolerances": { query: { limit?: number; cursor?: string | null }; answer: TolerancePage };
  "POST /api/v1/tolerances": { body: ToleranceInput; answer: Tolerance };
  "DELETE /api/v1/tolerances/{tolerance_id}": { path: { tolerance_id: number }; answer: void };
  "GET /api/v1/totals": { answer: Totals };
  "GET /api/v1/uncontrolled-stations": { query: { limit?: number; cursor?: string | null }; answer: UncontrolledViewPage };
  "GET /api/v1/usage-limits": { query: { limit?: number; cursor?: string | null }; answer: LimitPage };
  "POST /api/v1/usage-limits": { body: LimitInput; answer: Limit };
  "DELETE /api/v1/usage-limits/{limit_id}": { path: { limit_id: number }; answer: void };
  "GET /api/v1/users": { query: { limit?: number; cursor?: string | null }; answer: UserViewPage };
  "POST /api/v1/users": { body: UserInput; answer: Invitation };
  "GET /api/v1/users/{user_id}": { path: { user_id: number }; answer: UserView };
  "PATCH /api/v1/users/{user_id}": { path: { user_id: number }; body: UserPatch; answer: UserView };
  "DELETE /api/v1/users/{user_id}": { path: { user_id: number }; answer: void };
  "POST /api/v1/users/{user_id}/reset": { path: { user_id: number }; answer: Invitation };
  "GET /api/v1/vendor-messages": { query: { limit?: number; cursor?: string | null; station?: string | null; vendor_id?: string | null }; answer: VendorMessagePage };
  "GET /api/v1/vendors": { query: { limit?: number; cursor?: string | null }; answer: VendorPage };
  "POST /api/v1/vendors": { body: VendorInput; answer: Vendor };
  "PUT /api/v1/vendors/{vendor_number}": { path: { vendor_number: number }; body: VendorInput; answer: Vendor };
  "DELETE /api/v1/vendors/{vendor_number}": { path: { vendor_number: number }; answer: void };
  "GET /api/v1/violations": { query: { limit?: number; cursor?: string | null; station?: string | null }; answer: ViolationPage };
  "POST /api/v1/web-payments/check": { body: PasswordCheck; answer: PasswordVerdict };
  "GET /api/v1/webhooks": { query: { limit?: number; cursor?: string | null }; answer: WebhookViewPage };
  "POST /api/v1/webhooks": { body: WebhookInput; answer: NewWebhook };
  "GET /api/v1/webhooks/{webhook_id}": { path: { webhook_id: number }; answer: WebhookView };
  "PATCH /api/v1/webhooks/{webhook_id}": { path: { webhook_id: number }; body: WebhookPatch; answer: WebhookView };
  "DELETE /api/v1/webhooks/{webhook_id}": { path: { webhook_id: number }; answer: void };
  "GET /api/v1/webhooks/{webhook_id}/deliveries": { path: { webhook_id: number }; query: { limit?: number; cursor?: string | null; state?: DeliveryState | null }; answer: DeliveryViewPage };
  "POST /api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/retry": { path: { webhook_id: number; delivery_id: number }; answer: DeliveryView };
  "POST /api/v1/webhooks/{webhook_id}/replay": { path: { webhook_id: number }; body: ReplayInput; answer: webhooks_Replayed };
  "GET /healthz": { answer: Health };
  "POST /login": { body: Credentials; answer: null };
  "GET /login/oidc": { answer: ProviderViewPage };
  "GET /login/oidc/{name}": { path: { name: string }; answer: null };
  "GET /login/oidc/{name}/callback": { path: { name: string }; answer: string };
  "POST /login/oidc/{name}/code": { path: { name: string }; answer: string };
  "POST /login/ticket": { body: Redemption; answer: void };
  "POST /logout": { answer: null };
  "GET /metrics": { answer: string };
  "GET /readyz": { answer: Ready };
}
