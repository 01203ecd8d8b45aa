// The parts of ECharts that are used, in one piece that is loaded with the first chart.
import { LineChart } from "echarts/charts";
import { DataZoomComponent, GridComponent, TooltipComponent } from "echarts/components";
import { connect, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([LineChart, DataZoomComponent, GridComponent, TooltipComponent, CanvasRenderer]);

export { connect, init };
