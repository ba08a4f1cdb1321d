using Microsoft.Azure.Functions.Worker.Builder;

namespace AtpKeyserver.Tests.Integration.Host;

/// <summary>What a test wants to be different about the host.</summary>
internal sealed record HostOptions
{
    internal string HostJson { get; init; } = """{"version":"2.0","extensions":{"http":{"routePrefix":""}}}""";

    internal string Urls { get; init; } = "http://127.0.0.1:0";

    internal bool AspNetCore { get; init; } = true;

    internal Dictionary<string, string> Settings { get; init; } = [];

    internal Action<FunctionsApplicationBuilder>? Configure { get; init; }
}
