import type {Theme} from './echarts';

const axis = (theme: Theme) => ({
  axisLine: {lineStyle: {color: theme.line}}, axisTick: {show: false}, axisLabel: {color: theme.mut, fontFamily: theme.font, fontSize: 11}, splitLine: {lineStyle: {color: theme.line}},
});
/** Bars over names, and one line over them, dashed and named at its end. `null` leaves a gap: unknown is not 0. */
export function barsAndLine(theme: Theme, names: string[], bars: (number | null)[], line?: {name: string; values: (number | null)[]}): object {
  const few = names.length <= 31;
  return {
    grid: {left: 8, right: line ? 76 : 12, top: 22, bottom: 4, containLabel: true},
    xAxis: {type: 'category', data: names, ...axis(theme), axisLabel: {...axis(theme).axisLabel, hideOverlap: true}},
    yAxis: {type: 'value', minInterval: 1, ...axis(theme), axisLine: {show: false}},
    series: [
      {type: 'bar', data: bars, barMaxWidth: 44, itemStyle: {color: theme.series[0], borderRadius: [2, 2, 0, 0]},
       label: {show: few, position: 'top', color: theme.ink, fontFamily: theme.font, fontSize: 11, formatter: (each: {value: unknown}) => (each.value ? String(each.value) : '')}},
      ...(line ? [{type: 'line', data: line.values, symbol: 'rect', symbolSize: 5, lineStyle: {color: theme.series[1], type: 'dashed', width: 2}, itemStyle: {color: theme.series[1]},
                   endLabel: {show: true, formatter: line.name, color: theme.series[1], fontFamily: theme.font, fontSize: 11}}] : []),
    ],
  };
}
