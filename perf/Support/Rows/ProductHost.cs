using AtpKeyserver.Groups.Access;
using AtpKeyserver.Identifiers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Perf.Support.Rows;

/// <summary>Hosts the product's classes with the app's environment and keys.</summary>
internal sealed class ProductHost : IDisposable
{
    private readonly IHost _host;

    private ProductHost(IHost host) => _host = host;

    public static ProductHost Create()
    {
        var settings = new HostApplicationBuilderSettings { EnvironmentName = Environments.Development };
        var builder = Host.CreateApplicationBuilder(settings);
        builder.Logging.ClearProviders();
        builder.Services.AddKeyserver(builder.Configuration);
        return new ProductHost(builder.Build());
    }

    public T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>Reads an existing group as its owner.</summary>
    public async Task<Group> FindAsync(string text, CancellationToken cancellation)
    {
        GroupId.TryParse(text, allowLocalhost: true, out var id);
        return (await Get<GroupReader>().ReadAsync(id, cancellation))!;
    }

    public void Dispose() => _host.Dispose();
}
