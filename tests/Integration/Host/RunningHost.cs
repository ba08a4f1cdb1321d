using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AtpKeyserver.Tests.Integration.Host;

/// <summary>The local Functions host with functions of a test, on a free port.</summary>
internal sealed class RunningHost : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly string _directory;

    private RunningHost(IHost host, string directory, LogLines log)
    {
        _host = host;
        _directory = directory;
        Log = log;
        var address = host.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        Client = new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(20) };
    }

    internal HttpClient Client { get; }

    internal LogLines Log { get; }

    internal IServiceProvider Services => _host.Services;

    internal static Task<RunningHost> StartAsync(params Type[] functions) => StartAsync(new HostOptions(), functions);

    internal static async Task<RunningHost> StartAsync(HostOptions options, params Type[] functions)
    {
        var directory = Directory.CreateTempSubdirectory("functions-host-").FullName;
        await File.WriteAllTextAsync(Path.Combine(directory, "host.json"), options.HostJson);
        var log = new LogLines();
        var builder = Prepare(directory, log, options, functions);
        var host = builder.Build();
        await host.StartAsync();
        return new RunningHost(host, directory, log);
    }

    /// <summary>The message with which a host with these functions refuses to start.</summary>
    internal static string Refusal(HostOptions options, params Type[] functions)
    {
        var directory = Directory.CreateTempSubdirectory("functions-host-").FullName;
        var builder = Prepare(directory, new LogLines(), options, functions);
        try
        {
            return Assert.Throws<InvalidOperationException>(builder.Build).Message;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    internal Task<string> GetTextAsync(string path) => Client.GetStringAsync(new Uri(path, UriKind.Relative));

    internal async Task<HttpResponseMessage> SendAsync(string verb, string path, string? json = null, string? masterKey = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(verb), path);
        if (json is not null)
            request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        if (masterKey is not null)
            request.Headers.Add("x-functions-key", masterKey);
        return await Client.SendAsync(request);
    }

    internal Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static FunctionsApplicationBuilder Prepare(string directory, LogLines log, HostOptions options, Type[] functions)
    {
        var builder = FunctionsApplication.CreateBuilder([]);
        if (options.AspNetCore)
            builder.ConfigureFunctionsWebApplication();
        builder.FunctionTypes = functions;
        builder.Configuration["FUNCTIONS_HOST_URLS"] = options.Urls;
        builder.Configuration["FUNCTIONS_APPLICATION_DIRECTORY"] = directory;
        foreach (var (name, value) in options.Settings)
            builder.Configuration[name] = value;
        log.AttachTo(builder.Logging);
        options.Configure?.Invoke(builder);
        return builder;
    }
}
