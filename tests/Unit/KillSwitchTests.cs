using AtpKeyserver.Configuration;
using AtpKeyserver.Errors;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace AtpKeyserver.Tests.Unit;

/// <summary>The mode follows configuration changes at run time.</summary>
public sealed class KillSwitchTests
{
    [Fact]
    public void The_mode_follows_the_configuration()
    {
        var configuration = Configure();
        using var killSwitch = new KillSwitch(configuration, NullLogger<KillSwitch>.Instance);
        Assert.Equal(ServiceMode.Normal, killSwitch.Mode);
        killSwitch.CheckChange();

        Set(configuration, "ReadOnly");
        Assert.Equal(ErrorName.ServiceReadOnly, Assert.Throws<KeyserverException>(killSwitch.CheckChange).Error);
        killSwitch.Check(isChange: false);

        Set(configuration, "offline");
        Assert.Equal(ErrorName.ServiceOffline, Assert.Throws<KeyserverException>(killSwitch.CheckChange).Error);
        Assert.Equal(
            ErrorName.ServiceOffline, Assert.Throws<KeyserverException>(() => killSwitch.Check(isChange: false)).Error);

        Set(configuration, null);
        Assert.Equal(ServiceMode.Normal, killSwitch.Mode);
    }

    [Theory]
    [InlineData("Sometimes")]
    [InlineData("7")]
    [InlineData(" ")]
    public void An_unknown_mode_changes_nothing(string text)
    {
        var configuration = Configure();
        configuration["Keyserver:Mode"] = "Offline";
        using var killSwitch = new KillSwitch(configuration, NullLogger<KillSwitch>.Instance);
        Set(configuration, text);
        Assert.Equal(ServiceMode.Offline, killSwitch.Mode);
    }

    private static IConfigurationRoot Configure() => new ConfigurationBuilder().AddInMemoryCollection().Build();

    private static void Set(IConfigurationRoot configuration, string? mode)
    {
        configuration["Keyserver:Mode"] = mode;
        configuration.Reload();
    }
}
