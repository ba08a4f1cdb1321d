using AtpKeyserver.Auth;
using AtpKeyserver.Identity;
using AtpKeyserver.Limits;
using Microsoft.Extensions.DependencyInjection;

namespace AtpKeyserver.Tests.Unit.Auth;

public class AuthRegistrationTests
{
    [Fact]
    public async Task Registers_all_that_is_needed()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.Configure<KeyserverOptions>(options => options.Did = TestAuth.OwnDid);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<RateLimits>();
        services.AddIdentity().AddServiceAuth();

        await using var provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true });

        Assert.NotNull(provider.GetRequiredService<DidResolver>());
        Assert.Same(provider.GetRequiredService<ServiceAuthenticator>(), provider.GetRequiredService<ServiceAuthenticator>());
    }
}
