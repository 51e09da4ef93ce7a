// Geometry of the chart. Pure.

export interface Columns {
  columns: { x: number; y: number; width: number; height: number }[];
  median: number;
  worst: number;
  medianY: number;
}

/** One column for each value, from the left; the highest fills the height. */
export function columnsOf(values: readonly number[], width: number, height: number): Columns {
  const sorted = [...values].sort((a, b) => a - b), worst = sorted[sorted.length - 1] ?? 0;
  const middle = sorted.length >> 1, median = sorted.length === 0 ? 0 : sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  const scale = worst > 0 ? height / worst : 0, step = width / Math.max(24, values.length);
  return {
    median, worst, medianY: height - median * scale,
    columns: values.map((value, index) => {
      const tall = Math.max(1, value * scale);
      return { x: index * step + step * 0.15, y: height - tall, width: step * 0.7, height: tall };
    }),
  };
}
