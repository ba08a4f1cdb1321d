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
        var configuration = new ConfigurationBuilder().Build();
        var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton<IHostEnvironment>(new HostingEnvironment { EnvironmentName = Environments.Development })
            .AddKeyserver(configuration)
            .AddXrpc();
        var options = new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true };

        await using var provider = services.BuildServiceProvider(options);

        Assert.NotEmpty(provider.GetServices<IHostEnvironment>());
    }
}
