namespace AtpKeyserver.Tests.EndToEnd.Faults;

/// <summary>A dependency of the app.</summary>
public enum Dependency
{
    Storage,
    Vault,
    Directory,
}
