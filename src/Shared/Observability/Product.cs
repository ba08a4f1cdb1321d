using System.Reflection;

namespace AtpKeyserver.Observability;

/// <summary>What this program calls itself.</summary>
public static class Product
{
    public const string Name = "atp-keyserver";

    /// <summary>As in Directory.Build.props.</summary>
    public static string Version { get; } =
        typeof(Product).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
