using AtpKeyserver.Functions.Composition;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;

namespace AtpKeyserver.Tests.Unit;

public sealed class CompositionTests
{
    [Fact]
    public async Task Every_registered_service_can_be_created()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Keyserver:Did"] = "did:web:keyserver.example.com",
            ["Keyserver:PublicOrigin"] = "https://keyserver.example.com",
            ["Keyserver:Tables:ConnectionString"] = "UseDevelopmentStorage=true",
            ["Keyserver:KeyVault:KeyId"] = "https://example.vault.azure.net/keys/keyserver",
        }).Build();
        var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton<IHostEnvironment>(new HostingEnvironment { EnvironmentName = Environments.Development })
            .AddKeyserver(configuration)
            .AddXrpc();
        await using var provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true });

        var ours = services.Select(service => service.ServiceType)
            .Where(type => type.Assembly.GetName().Name!.StartsWith("AtpKeyserver.", StringComparison.Ordinal))
            .Distinct()
            .ToArray();

        Assert.InRange(ours.Length, 50, 200);
        Assert.All(ours, type => Assert.NotNull(provider.GetRequiredService(type)));
    }
}
