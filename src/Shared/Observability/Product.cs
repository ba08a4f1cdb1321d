using System.Reflection;

namespace AtpKeyserver.Observability;

/// <summary>Product name and version.</summary>
public static class Product
{
    public const string Name = "atp-keyserver";

    /// <summary>From Directory.Build.props.</summary>
    public static string Version { get; } = typeof(Product).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
