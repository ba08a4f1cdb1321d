using System.Diagnostics;
using System.Globalization;
using OpenTelemetry;

namespace AtpKeyserver.Observability;

/// <summary>A line for each span, for who tries the server on his own machine.</summary>
internal sealed class ConsoleTraces(TextWriter output) : BaseExporter<Activity>
{
    public override ExportResult Export(in Batch<Activity> batch)
    {
        foreach (var span in batch)
        {
            var tags = string.Join(' ', span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"));
            var time = span.Duration.TotalMilliseconds.ToString("F1", CultureInfo.InvariantCulture);
            output.WriteLine($"trace {span.TraceId} {span.SpanId} {span.ParentSpanId} {span.DisplayName} {time} ms {tags}");
        }

        return ExportResult.Success;
    }
}
