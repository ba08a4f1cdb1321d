using System.Diagnostics;
using Azure.Core;
using Azure.Core.Pipeline;

namespace AtpKeyserver.Observability;

/// <summary>Measures each attempt of a request. Storage and Key Vault throttle with 429 or 503.</summary>
internal sealed class DependencyMetricsPolicy(string dependency, KeyserverMetrics metrics) : HttpPipelinePolicy
{
    public override ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        metrics.MeasuresDependencies || Traces.IsOn
            ? MeasureAsync(message, pipeline)
            : ProcessNextAsync(message, pipeline);

    /// <summary>Unused: this server makes no synchronous requests.</summary>
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        ProcessNext(message, pipeline);

    private async ValueTask MeasureAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var began = Stopwatch.GetTimestamp();
        var span = Traces.StartDependency(dependency, message.Request.Method.Method);
        var outcome = "failed";
        try
        {
            await ProcessNextAsync(message, pipeline);
            outcome = OutcomeOf(message.Response.Status);
        }
        finally
        {
            metrics.DependencyAnswered(dependency, outcome, Stopwatch.GetElapsedTime(began));
            Traces.End(span, outcome, failed: outcome != "ok");
        }
    }

    /// <summary>401 is Key Vault's authentication challenge; 404, 409 and 412 are expected responses.</summary>
    private static string OutcomeOf(int status) => status switch
    {
        429 or 503 => "throttled",
        403 or 408 or >= 500 => "failed",
        _ => "ok",
    };
}
