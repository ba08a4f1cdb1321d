using AtpKeyserver.DevStack;
using AtpKeyserver.FunctionsHost.Processes;

namespace AtpKeyserver.Tests.EndToEnd.Support;

/// <summary>A headless Chromium with its own profile that opens one page and removes its files.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private const string Program = "/usr/bin/chromium";

    private readonly DirectoryInfo _home;
    private readonly ChildProcess _process;

    private Chromium(DirectoryInfo home, ChildProcess process)
    {
        _home = home;
        _process = process;
    }

    /// <summary>Its last output, for the message of a failed test.</summary>
    public string LastOutput => _process.LastOutput;

    public static async Task<Chromium> OpenAsync(Uri page)
    {
        Assert.True(File.Exists(Program),
            $"{Program} is missing: ./test.sh installs it, and so does 'apt-get install chromium'.");
        var home = Directory.CreateTempSubdirectory("keyserver-browser-");
        // Without Chromium's sandbox, which does not work in containers and as root; it opens only our page.
        var process = await ChildProcess.StartAsync(
            "Chromium",
            Program,
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage",
                "--disable-breakpad",
                "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-extensions",
                "--no-proxy-server", $"--user-data-dir={home.FullName}/profile", page.ToString(),
            ],
            new Dictionary<string, string?> { ["HOME"] = home.FullName, ["XDG_CONFIG_HOME"] = null,
                ["XDG_CACHE_HOME"] = null });
        return new Chromium(home, process);
    }

    public Task WaitForExitAsync(CancellationToken cancellation) => _process.Process.WaitForExitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        // Its helper processes end a moment later and may still be writing.
        await Eventually.TrueAsync(() =>
        {
            try
            {
                _home.Delete(recursive: true);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        });
    }
}
