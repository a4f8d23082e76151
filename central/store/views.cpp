#include "central/store/views.hpp"

#include <pthread.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "central/store/views_file.hpp"

namespace feldsher::central {

class Views::Worker {
 public:
  using Question = std::function<std::function<void()>(ViewsFile&)>;  // Asks; returns what tells the answer.

  Worker(const Place& place, boost::asio::any_io_executor loop,
         std::function<void(const std::string&)> on_fault)
      : place_(place),
        file_(open(place.file)),
        loop_(std::move(loop)),
        on_fault_(std::make_shared<std::function<void(const std::string&)>>(std::move(on_fault))),
        given_(file_->position()),
        position_(file_->position()) {
    // Of a rebuild that did not end: what is erased from now on would stay in it.
    remove_views(beside_path());
  }

  ~Worker() {
    {
      std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
    *on_fault_ = nullptr;
  }

  void expect(std::uint64_t records) {
    if (file_->position() > records) {
      file_.reset();
      remove_views(place_.file);
      file_ = open(place_.file);
    }
    given_ = position_ = file_->position();
  }

  void project(std::uint64_t intake, const Record& record) {
    if (intake <= given_) return;
    given_ = intake;
    start();
    {
      std::unique_lock lock(mutex_);
      taken_.wait(lock, [this] { return records_.size() < most_waiting || failed_; });
      if (failed_) return;
      records_.push_back(record);
    }
    changed_.notify_one();
  }

  void ask(Question question) {
    start();
    {
      std::lock_guard lock(mutex_);
      if (failed_) return;
      questions_.push_back(std::move(question));
    }
    changed_.notify_one();
  }

  /// On the thread of the views.
  Beside fill_beside(std::vector<Record> records) {
    const std::filesystem::path path = beside_path();
    if (!beside_) {
      remove_views(path);
      beside_ = open(path);
    }
    const std::size_t to_go = static_cast<std::size_t>(file_->position() - beside_->position());
    beside_->project(std::span(records).first(std::min(records.size(), to_go)));
    Beside reached{.position = beside_->position(), .is_in_place = beside_->position() == file_->position()};
    if (reached.is_in_place) {
      beside_->checkpoint();
      beside_.reset();
      file_.reset();
      put_in_place(path, place_.file);
      file_ = open(place_.file);
    }
    return reached;
  }

  std::uint64_t position() const { return position_; }
  std::uint64_t unreadable() const { return unreadable_; }

 private:
  std::filesystem::path beside_path() const { return place_.file.string() + ".new"; }

  static constexpr std::size_t most_waiting = 16 * 1024;

  std::unique_ptr<ViewsFile> open(const std::filesystem::path& path) const {
    return std::make_unique<ViewsFile>(path, place_.key, place_.central);
  }

  void start() {
    if (thread_.joinable()) return;
    thread_ = std::thread([this] { run(); });
    pthread_setname_np(thread_.native_handle(), "views");
  }

  void run() {
    try {
      for (;;) {
        std::vector<Record> records;
        std::deque<Question> questions;
        {
          std::unique_lock lock(mutex_);
          changed_.wait(lock, [this] { return !records_.empty() || !questions_.empty() || ending_; });
          if (records_.empty() && questions_.empty()) return;
          records.swap(records_);
          questions.swap(questions_);
        }
        taken_.notify_all();
        if (!records.empty()) {
          unreadable_ += file_->project(records);
          position_ = file_->position();
        }
        for (const Question& question : questions)
          boost::asio::post(loop_, [tell = question(*file_), alive = on_fault_] {
            if (*alive) tell();
          });
      }
    } catch (const sqlcipher::NoAccess& fault) {
      fail(std::string("views.db could not be written: ") + fault.what());
    } catch (const Fault& fault) {
      fail(give_up_file() + fault.what());
    } catch (const std::exception& fault) {
      fail(std::string("views.db cannot be used: ") + fault.what());
    }
  }

  /// What opening did not show, the next start would meet again, and the one after it.
  std::string give_up_file() {
    beside_.reset();
    file_.reset();
    try {
      remove_views(place_.file);
      return "views.db was damaged, and the next start makes it anew from the journal: ";
    } catch (const std::exception& failure) {
      return std::string("views.db is damaged, and cannot be removed (") + failure.what() + "): ";
    }
  }

  void fail(std::string what) {
    {
      std::lock_guard lock(mutex_);
      failed_ = true;
    }
    taken_.notify_all();
    boost::asio::post(loop_, [alive = on_fault_, what = std::move(what)] {
      if (*alive) (*alive)(what);
    });
  }

  const Place place_;
  std::unique_ptr<ViewsFile> file_, beside_;
  boost::asio::any_io_executor loop_;
  std::shared_ptr<std::function<void(const std::string&)>>
      on_fault_;             // Emptied on the loop when the worker ends.
  std::uint64_t given_ = 0;  // Loop thread.
  std::atomic<std::uint64_t> position_{0}, unreadable_{0};
  std::mutex mutex_;
  std::condition_variable changed_, taken_;
  std::vector<Record> records_;
  std::deque<Question> questions_;
  bool ending_ = false, failed_ = false;
  std::thread thread_;
};

Views::Views(const Place& place, boost::asio::any_io_executor loop,
             std::function<void(const std::string&)> on_fault)
    : worker_(std::make_unique<Worker>(place, std::move(loop), std::move(on_fault))) {}
Views::~Views() { close(); }

void Views::expect(std::uint64_t records) { worker_->expect(records); }
void Views::project(std::uint64_t intake, const Record& record) {
  if (worker_) worker_->project(intake, record);
}
std::uint64_t Views::position() const { return worker_ ? worker_->position() : 0; }
std::uint64_t Views::unreadable() const { return worker_ ? worker_->unreadable() : 0; }
void Views::close() { worker_.reset(); }

template <class T, class Ask>
void Views::ask(Ask question, Then<T> then) {
  if (!worker_) return;
  worker_->ask([question = std::move(question), then = std::move(then)](ViewsFile& file) mutable {
    return
        [then = std::move(then), answer = std::make_shared<T>(question(file))] { then(std::move(*answer)); };
  });
}

void Views::fill_beside(std::vector<Record> records, Then<Beside> then) {
  ask<Beside>([worker = worker_.get(), records = std::move(records)](
                  ViewsFile&) mutable { return worker->fill_beside(std::move(records)); },
              std::move(then));
}

void Views::patients(const std::string& typed, bool archived, std::size_t limit,
                     Then<std::vector<PatientView>> then) {
  ask<std::vector<PatientView>>([=](ViewsFile& file) { return file.patients(typed, archived, limit); },
                                std::move(then));
}
void Views::patient(const Uuid& id, Then<std::optional<PatientView>> then) {
  ask<std::optional<PatientView>>([=](ViewsFile& file) { return file.patient(id); }, std::move(then));
}
void Views::history(const Uuid& patient, Then<std::vector<HistoryEntry>> then) {
  ask<std::vector<HistoryEntry>>([=](ViewsFile& file) { return file.history(patient); }, std::move(then));
}
void Views::appointments(const std::string& day, const Uuid& point, Then<std::vector<AppointmentView>> then) {
  ask<std::vector<AppointmentView>>([=](ViewsFile& file) { return file.appointments(day, point); },
                                    std::move(then));
}
void Views::appointment(const Uuid& id, Then<std::optional<AppointmentView>> then) {
  ask<std::optional<AppointmentView>>([=](ViewsFile& file) { return file.appointment(id); }, std::move(then));
}
void Views::blocks(DeviceId device, Span span, std::size_t limit, Then<std::vector<BlockView>> then) {
  ask<std::vector<BlockView>>([=](ViewsFile& file) { return file.blocks(device, span, limit); },
                              std::move(then));
}
void Views::hours(DeviceId device, Span span, Then<std::vector<HourView>> then) {
  ask<std::vector<HourView>>([=](ViewsFile& file) { return file.hours(device, span); }, std::move(then));
}
void Views::wearers(DeviceId device, Then<std::vector<Wearing>> then) {
  ask<std::vector<Wearing>>([=](ViewsFile& file) { return file.wearers(device); }, std::move(then));
}
void Views::incidents(std::size_t limit, Then<std::vector<IncidentView>> then) {
  ask<std::vector<IncidentView>>([=](ViewsFile& file) { return file.incidents(limit); }, std::move(then));
}

}  // namespace feldsher::central
