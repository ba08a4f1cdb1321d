using System.Text.Json;
using AtpKeyserver.Errors;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Observability;
using Azure;
using Azure.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace AtpKeyserver.Tests.Unit.Xrpc;

public sealed class XrpcErrorsTests
{
    public static TheoryData<Exception> Upstream => new(
        new RequestFailedException(503, "busy"),
        new TaskCanceledException("the network's timeout"),
        new IOException("reset"),
        new AuthenticationFailedException("no token"),
        KeyserverException.Upstream("an answer could not be read", new InvalidOperationException("of the client")),
        new AggregateException(
            new RequestFailedException("refused"), new TaskCanceledException("the network's timeout")),
        new AggregateException(
            new TaskCanceledException("the network's timeout"), new TaskCanceledException("the network's timeout")),
        new AggregateException(new IOException("reset"), new IOException("reset")));

    [Theory]
    [MemberData(nameof(Upstream), DisableDiscoveryEnumeration = true)]
    public async Task A_dependency_failure_is_503_however_often_it_was_retried(Exception fault) =>
        Assert.Equal(503, await StatusAsync(fault));

    public static TheoryData<Exception> Bugs => new(
        new InvalidOperationException("a bug"),
        new FormatException("a bug"),
        new JsonException("a bug"),
        new ArgumentException("a bug"));

    [Theory]
    [MemberData(nameof(Bugs), DisableDiscoveryEnumeration = true)]
    public async Task Our_own_bug_is_500(Exception bug)
    {
        Assert.Equal(500, await StatusAsync(bug));
        Assert.Equal(500, await StatusAsync(new AggregateException(bug)));
    }

    private static async Task<int> StatusAsync(Exception fault)
    {
        var context = new DefaultHttpContext();
        await using var services = new ServiceCollection().AddMetrics().AddSingleton<KeyserverMetrics>()
            .BuildServiceProvider();
        var metrics = services.GetRequiredService<KeyserverMetrics>();
        var failures = new XrpcFailures(NullLogger<XrpcFailures>.Instance);
        var errors = new XrpcErrors(new Production(), TimeProvider.System, metrics, failures);
        await errors.GuardAsync(context.Request, "a call", _ => throw fault);
        return context.Response.StatusCode;
    }

    private sealed class Production : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = Environments.Production;

        public string ApplicationName { get; set; } = "";

        public string ContentRootPath { get; set; } = "";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
