import {BarChart, LineChart} from 'echarts/charts';
import {GridComponent} from 'echarts/components';
import {init, use, type EChartsType} from 'echarts/core';
import {SVGRenderer} from 'echarts/renderers';

// Only what the charts of /stats need. Tooltips are left out: theirs are HTML with style attributes, which the page's policy refuses;
// the numbers stand at the bars and in the table.
use([BarChart, LineChart, GridComponent, SVGRenderer]);

/** What charts take from the page's tokens: read anew when the look or the mode changes. */
export interface Theme { ink: string; mut: string; line: string; surface: string; series: string[]; font: string }
export function themeOf(element: Element): Theme {
  const style = getComputedStyle(element), token = (name: string) => style.getPropertyValue(name).trim();
  return {ink: token('--ink'), mut: token('--ink-3'), line: token('--line'), surface: token('--surface'),
          series: ['--c1', '--c2', '--c3', '--c4', '--c5'].map(token), font: style.fontFamily};
}
export const makeChart = (element: HTMLElement): EChartsType => init(element, null, {renderer: 'svg'});
