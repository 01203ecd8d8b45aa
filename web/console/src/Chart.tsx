// Curves over time, drawn by ECharts, which is loaded with the first of them.
import { useEffect, useRef, useState } from "react";
import type { EChartsType } from "echarts/core";

export interface Curve {
  name: string;
  unit: string;
  colour: string;
  area?: boolean;
  points: [time: number, value: number | null][];
}

/** The colour that a variable of the style sheet stands for now. */
function colourOf(variable: string): string {
  const probe = document.createElement("i");
  probe.style.color = `var(${variable})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

/** One curve; charts with the same group zoom together. The text says what a reader who cannot see it needs. */
export function Chart({ curve, group, text }: { curve: Curve; group: string; text: string }) {
  const element = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType>();
  useEffect(() => {
    let made: EChartsType | undefined;
    let gone = false;
    const size = new ResizeObserver(() => made?.resize());
    void import("./echarts").then(({ connect, init }) => {
      if (gone || !element.current) return;
      made = init(element.current);
      made.group = group;
      connect(group);
      size.observe(element.current);
      setChart(made);
    });
    return () => {
      gone = true;
      size.disconnect();
      made?.dispose();
    };
  }, [group]);
  useEffect(() => {
    const draw = () => chart?.setOption(optionOf(curve));
    draw();
    const media = matchMedia("(prefers-color-scheme: dark)");
    media.addEventListener("change", draw);
    addEventListener("busbar:theme", draw);
    return () => {
      media.removeEventListener("change", draw);
      removeEventListener("busbar:theme", draw);
    };
  }, [chart, curve]);
  return (
    <figure className="chart">
      <figcaption>
        {curve.name} <span className="muted">{curve.unit}</span>
      </figcaption>
      <div ref={element} role="img" aria-label={text} />
    </figure>
  );
}

function optionOf(curve: Curve) {
  const [colour, ink, line, panel] = [curve.colour, "--muted", "--line", "--panel"].map(colourOf);
  return {
    animation: false,
    grid: { left: 52, right: 14, top: 12, bottom: 24 },
    xAxis: { type: "time", axisLine: { lineStyle: { color: line } }, axisLabel: { color: ink, hideOverlap: true }, splitLine: { show: false } },
    yAxis: { type: "value", min: 0, ...(curve.unit === "%" && { max: 100 }), axisLabel: { color: ink }, splitLine: { lineStyle: { color: line } }, splitNumber: 3 },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      backgroundColor: panel,
      borderColor: line,
      textStyle: { color: ink, fontSize: 12 },
      valueFormatter: (value: number | null) => (value === null ? "–" : `${Math.round(value * 100) / 100} ${curve.unit}`),
    },
    dataZoom: [{ type: "inside", filterMode: "none", zoomOnMouseWheel: "shift" }], // the wheel alone scrolls the page
    series: [
      {
        name: curve.name,
        type: "line",
        showSymbol: curve.points.length < 3,
        connectNulls: true,
        lineStyle: { width: 1.8, color: colour },
        itemStyle: { color: colour },
        ...(curve.area && { areaStyle: { color: colour, opacity: 0.12 } }),
        data: curve.points,
      },
    ],
  };
}
