"use strict";

// Asks /health and /metrics every three seconds and shows what they say. Nothing that comes from them is ever read as markup.
(() => {
  const Interval = 3000;
  const token = new URLSearchParams(location.search).get("token");
  const query = token ? "?token=" + encodeURIComponent(token) : "";
  const find = id => document.getElementById(id);
  find("metrics-link").href = "metrics" + query;

  const states = {
    healthy: ["运行正常", "good"], starting: ["正在启动", "busy"], degraded: ["部分异常", "bad"], stopping: ["正在停止", "busy"], down: ["无法连接", "bad"],
  };
  const checkNames = { maintenance_loop: "维护循环", accepting_tasks: "接收任务", workers_ready: "工作进程就绪" };
  const workerStates = { starting: "启动中", idle: "空闲", busy: "工作中", stopping: "停止中", broken: "故障" };

  function element(name, text, className) {
    const made = document.createElement(name);
    made.textContent = text;
    if (className)
      made.className = className;
    return made;
  }

  function fill(list, entries) {
    list.replaceChildren(...entries.map(([name, value]) => {
      const group = document.createElement("div");
      group.append(element("dt", name), element("dd", value));
      return group;
    }));
  }

  // A line is: name{label="value",...} number
  function parse(text) {
    const samples = [];
    for (const line of text.split("\n")) {
      const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
      if (!match)
        continue;
      const labels = {};
      for (const [, name, value] of (match[2] || "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g))
        labels[name] = value.replace(/\\(.)/g, (_, letter) => letter === "n" ? "\n" : letter);
      samples.push({ name: match[1], labels, value: Number(match[3]) });
    }
    return samples;
  }

  function duration(seconds) {
    const days = Math.floor(seconds / 86400), hours = Math.floor(seconds % 86400 / 3600), minutes = Math.floor(seconds % 3600 / 60);
    return days ? `${days} 天 ${hours} 小时` : hours ? `${hours} 小时 ${minutes} 分` : minutes ? `${minutes} 分 ${Math.floor(seconds % 60)} 秒` : `${Math.floor(seconds)} 秒`;
  }

  function showHealth(health) {
    const [text, className] = states[health.status] || [health.status, "busy"];
    find("status").textContent = text;
    find("status").className = "badge " + className;
    find("checks").replaceChildren(...Object.entries(health.checks || {}).map(([name, isWell]) =>
      element("li", (isWell ? "✓ " : "✗ ") + (checkNames[name] || name), isWell ? "good" : "bad")));
  }

  function showMetrics(samples) {
    const value = (name, labels = {}) => samples.find(sample => sample.name === name && Object.entries(labels).every(([key, wanted]) => sample.labels[key] === wanted))?.value ?? 0;
    const size = value("funasr_queue_size"), max = value("funasr_queue_max");
    const sum = name => samples.filter(sample => sample.name === name).reduce((total, sample) => total + sample.value, 0);
    const jobs = sum("parley_job_rtf_count");
    fill(find("tiles"), [
      ["等待中", `${size} / ${max}`],
      ["处理中", `${value("funasr_tasks_inflight")} / ${value("funasr_pool_size")}`],
      ["平均耗时", `${value("funasr_task_seconds_ema").toFixed(1)} 秒`],
      ["连接", `${value("parley_connections")}`],
      ["运行时间", duration(value("funasr_uptime_seconds"))],
    ]);
    const share = max > 0 ? Math.min(1, size / max) : 0;
    find("queue-bar").style.width = `${share * 100}%`;
    find("queue-bar").className = share >= 0.8 ? "full" : "";

    const hits = value("funasr_cache_hits"), misses = value("funasr_cache_misses");
    const totals = [
      ["完成", `${value("funasr_tasks_terminal_total", { status: "completed" })}`],
      ["失败", `${value("funasr_tasks_terminal_total", { status: "failed" })}`],
      ["取消", `${value("funasr_tasks_terminal_total", { status: "cancelled" })}`],
      ["超时", `${value("funasr_tasks_terminal_total", { status: "timed_out" })}`],
      ["缓存命中率", hits + misses > 0 ? `${Math.round(hits / (hits + misses) * 100)}%` : "–"],
    ];
    if (jobs > 0)
      totals.push(["平均 RTF", (sum("parley_job_rtf_sum") / jobs).toFixed(3)]);
    fill(find("totals"), totals);
    find("totals-section").hidden = false;

    const workers = samples.filter(sample => sample.name === "parley_worker_state");
    find("workers").replaceChildren(...workers.map(sample => {
      const worker = sample.labels.worker, row = document.createElement("tr");
      row.append(
        element("td", worker),
        element("td", workerStates[sample.labels.state] || sample.labels.state, sample.labels.state === "broken" ? "bad" : sample.labels.state === "starting" ? "busy" : "good"),
        element("td", `${Math.round(value("parley_worker_memory_bytes", { worker }) / 1048576)} MB`),
        element("td", `${value("parley_worker_jobs_total", { worker })}`),
        element("td", `${value("parley_worker_restarts_total", { worker })}`));
      return row;
    }));
    find("workers-section").hidden = workers.length === 0;
    find("devices").textContent = samples.filter(sample => sample.name === "parley_device_workers").map(sample => `${sample.labels.stage}: ${sample.labels.device}`).join(" · ");
  }

  async function refresh() {
    try {
      const health = await fetch("health", { cache: "no-store" });
      showHealth(await health.json());
    } catch {
      showHealth({ status: "down" });
    }

    try {
      const metrics = await fetch("metrics" + query, { cache: "no-store" });
      if (metrics.ok)
        showMetrics(parse(await metrics.text()));
      find("notice").textContent = metrics.status === 403 ? "指标需要令牌：请在地址后加 ?token=…" : "";
    } catch {
      find("notice").textContent = "";
    }

    find("notice").hidden = find("notice").textContent === "";
    find("updated").textContent = new Date().toLocaleTimeString("zh-CN");
    setTimeout(refresh, Interval);
  }

  refresh();
})();
