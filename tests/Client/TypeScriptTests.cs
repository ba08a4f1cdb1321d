namespace AtpKeyserver.Tests.Client;

/// <summary>The TypeScript client passes its own tests and the tools of its ecosystem.</summary>
public sealed class TypeScriptTests
{
    /// <summary>The compiler is strict, and compiles tests and package before the other scripts run.</summary>
    [Theory]
    [InlineData("types")]
    [InlineData("test")]
    [InlineData("lint")]
    [InlineData("package")]
    [InlineData("exports")]
    [InlineData("size")]
    [InlineData("api")]
    public async Task The_script_succeeds(string name) => await TypeScriptPackage.RunScriptAsync(name);
}
