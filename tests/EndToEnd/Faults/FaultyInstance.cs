using AtpKeyserver.DevStack;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Faults;

/// <summary>An instance of the app whose storage, vault and directory fail on demand.</summary>
public sealed class FaultyInstance(AppProcess app, Api api, RecordingProxy storage, RecordingProxy directory)
{
    public AppProcess App { get; } = app;

    public Api Api { get; } = api;

    public RecordingProxy Storage { get; } = storage;

    public RecordingProxy Directory { get; } = directory;

    /// <summary>Intercepts calls from this instance to the vault.</summary>
    public Func<HttpRequestMessage, Func<Task<HttpResponseMessage>>,
    Task<HttpResponseMessage?>>? BeforeVault { get; set; }

    /// <summary>Makes a dependency fail in this way; null ends the fault.</summary>
    internal void Fail(Dependency dependency, Func<HttpRequestMessage, Func<Task<HttpResponseMessage>>,
        Task<HttpResponseMessage?>>? how)
    {
        switch (dependency)
        {
            case Dependency.Storage:
                Storage.Between = how;
                break;
            case Dependency.Vault:
                BeforeVault = how;
                break;
            default:
                Directory.Between = how;
                break;
        }
    }
}
