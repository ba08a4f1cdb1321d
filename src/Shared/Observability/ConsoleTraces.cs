using System.Diagnostics;
using System.Globalization;
using OpenTelemetry;

namespace AtpKeyserver.Observability;

/// <summary>Writes one line per span, for local development.</summary>
internal sealed class ConsoleTraces(TextWriter output) : BaseExporter<Activity>
{
    public override ExportResult Export(in Batch<Activity> batch)
    {
        foreach (var span in batch)
        {
            var tags = string.Join(' ', span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"));
            var time = span.Duration.TotalMilliseconds.ToString("F1", CultureInfo.InvariantCulture);
            output.WriteLine(
                $"trace {span.TraceId} {span.SpanId} {span.ParentSpanId} {span.DisplayName} {time} ms {tags}");
        }

        return ExportResult.Success;
    }
}
