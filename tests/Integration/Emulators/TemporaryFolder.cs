namespace AtpKeyserver.Tests.Integration.Emulators;

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("emulator-tests-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);

    public static UnixFileMode Mode(string path) =>
        OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(path);

    /// <summary>Files and folders in here that anyone but the owner can access.</summary>
    public IEnumerable<string> NotPrivate()
    {
        const UnixFileMode others = (UnixFileMode)0b111_111;
        return Directory.EnumerateFileSystemEntries(Path, "*", SearchOption.AllDirectories)
            .Append(Path)
            .Where(entry => (Mode(entry) & others) != 0);
    }
}
