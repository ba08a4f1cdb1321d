using System.Globalization;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace AtpKeyserver.Observability;

/// <summary>Writes one line per measurement, for local development.</summary>
internal sealed class ConsoleMetrics(TextWriter output) : BaseExporter<Metric>
{
    public override ExportResult Export(in Batch<Metric> batch)
    {
        foreach (var metric in batch)
        {
            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                var tags = new List<string>();
                foreach (var tag in point.Tags)
                    tags.Add($"{tag.Key}={tag.Value}");
                output.WriteLine($"metric {metric.Name} {string.Join(' ', tags)} {ValueOf(metric, point)}");
            }
        }

        return ExportResult.Success;
    }

    private static string ValueOf(Metric metric, in MetricPoint point) => metric.MetricType switch
    {
        MetricType.LongSum => point.GetSumLong().ToString(CultureInfo.InvariantCulture),
        MetricType.LongGauge => point.GetGaugeLastValueLong().ToString(CultureInfo.InvariantCulture),
        MetricType.DoubleGauge => point.GetGaugeLastValueDouble().ToString("F1", CultureInfo.InvariantCulture),
        MetricType.Histogram => string.Create(
            CultureInfo.InvariantCulture,
            $"count {point.GetHistogramCount()}, "
            + $"average {1000 * point.GetHistogramSum() / point.GetHistogramCount():F2} ms"),
        _ => "?",
    };
}
